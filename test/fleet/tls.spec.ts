import { BuiltService } from '../support/built-service.js';
import { CertificateAuthority } from '../support/certificates.js';
import { hasRedisServer, PrivateRedis } from '../support/private-redis.js';
import { describeWithPrograms } from '../support/services.js';
import { waitFor } from '../support/wait-for.js';
import { ended, Fleet, startGraph } from './support/fleet.js';

const SECRET = 'not-to-be-told';
const ECHO = { name: 'echo', nodes: [{ id: 'a', type: 'agent.echo' }], edges: [] };

jest.setTimeout(300_000);

describeWithPrograms(
  hasRedisServer() ? undefined : 'Redis',
  'A fleet whose queue is in a Redis that speaks TLS',
  () => {
    let authority: CertificateAuthority;
    let redis: PrivateRedis;
    let fleet: Fleet;
    let url: string;

    beforeAll(async () => {
      authority = CertificateAuthority.create();
      redis = await PrivateRedis.start({ ...authority.issue('IP:127.0.0.1'), authority: authority.file });
      await redis.requirePassword(SECRET);
      url = redis.url.replace('//', `//:${SECRET}@`);
      fleet = await Fleet.open({ database: 'postgres', backend: 'redis', env: { QUEUE__URL: url } });
    });
    afterAll(async () => {
      await fleet.close();
      await redis.destroy();
      authority.remove();
    });

    it('works on runs where the authority of its certificate is known', async () => {
      const env = { NODE_EXTRA_CA_CERTS: authority.file, SECURITY__RATE_LIMIT_STORE: 'redis' };
      const [first, second] = [await fleet.start(env), await fleet.start(env)];
      expect(await ended(second, await startGraph(first, ECHO))).toMatchObject({ status: 'SUCCESS' });
      for (const { log } of [first, second]) expect(log).not.toMatch(/cannot be reached|"level":"error"/);
    });

    it('says where it is not that QUEUE__URL has a certificate that is not trusted, and not the password', async () => {
      const member = await BuiltService.spawn({ database: '', env: fleet.env });
      try {
        await waitFor('the reason to be told', () =>
          /the certificate of its server is not trusted.*QUEUE__URL/.test(member.log),
        );
        expect(member.log).not.toContain(SECRET);
      } finally {
        await member.stop('SIGKILL');
      }
    });
  },
);
