import { randomBytes } from 'node:crypto';
import { TcpGate } from '../../../test/support/tcp-gate.js';
import { POSTGRES_URL, REDIS_URL, describeWith } from '../../../test/support/services.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { runId } from '../../executor/core/index.js';
import type { Hint } from '../relay.js';
import { ChannelRelay } from './channel-relay.js';
import type { Hearing, MessageChannel } from './message-channel.js';
import { openChannel } from './open-channel.js';

const BACKENDS = [
  { server: 'Redis', backend: 'redis', serverUrl: REDIS_URL },
  { server: 'PostgreSQL', backend: 'postgres', serverUrl: POSTGRES_URL },
] as const;

for (const { server, backend, serverUrl } of BACKENDS) {
  describeWith(server, serverUrl, `A channel over ${server}`, () => {
    let gate: TcpGate;
    let prefix: string;
    const channels: MessageChannel[] = [];

    beforeEach(async () => {
      gate = await TcpGate.open(serverUrl);
      prefix = `wand-test-${randomBytes(8).toString('hex')}`;
    });
    afterEach(async () => {
      await Promise.all(channels.splice(0).map((channel) => channel.close()));
      await gate.close();
    });

    const through = (port: number): string => {
      const url = new URL(serverUrl);
      url.port = String(port);
      return url.href;
    };

    /** Through the gate, or past it. */
    const join = async (way: 'gate' | 'direct', ownPrefix = prefix) => {
      const url = way === 'gate' ? through(gate.port) : serverUrl;
      const channel = await openChannel({ backend, url, prefix: ownPrefix });
      channels.push(channel);
      const heard: string[] = [];
      const states: Hearing[] = [];
      channel.messages$.subscribe((message) => heard.push(message));
      channel.hearing$.subscribe((hearing) => states.push(hearing));
      channel.open();
      await waitFor('it to hear', () => states.at(-1) === 'heard');
      return { channel, heard, states };
    };

    it('carries messages to all who listen, in order, and keeps services apart', async () => {
      const [a, b, other] = [await join('direct'), await join('direct'), await join('direct', `${prefix}-other`)];
      const messages = Array.from({ length: 50 }, (_, index) => `${index} "é" ${'x'.repeat(index)}`);
      for (const message of messages) await a.channel.send(message);
      await waitFor('all of them', () => b.heard.length === 50 && a.heard.length === 50);
      expect(a.heard).toEqual(messages);
      expect(b.heard).toEqual(messages);
      expect(other.heard).toEqual([]);
    });

    it('takes messages that are as long as they may be', async () => {
      const a = await join('direct');
      const longest = 'x'.repeat(a.channel.maxBytes);
      await a.channel.send(longest);
      await waitFor('it', () => a.heard.length === 1);
      expect(a.heard).toEqual([longest]);
    });

    it('says when it hears nothing, refuses messages then, and connects again by itself', async () => {
      const [a, b] = [await join('gate'), await join('direct')];
      gate.cut();
      await waitFor('the loss', () => a.states.at(-1) === 'lost');
      await waitFor('a refusal', () =>
        a.channel.send('lost').then(
          () => false,
          () => true,
        ),
      );
      gate.mend();
      await waitFor('it to hear', () => a.states.at(-1) === 'heard');
      await waitFor('it to send', () =>
        a.channel.send('again').then(
          () => true,
          () => false,
        ),
      );
      await waitFor('it to be heard', () => b.heard.length > 0);
      expect(b.heard[0]).toBe('again');
      await b.channel.send('back');
      await waitFor('it to be heard', () => a.heard.includes('back'));
    });

    it('gives a connection up on which nothing comes through, and hints go on over another', async () => {
      const channel = await openChannel({ backend, url: through(gate.port), prefix });
      const direct = await openChannel({ backend, url: serverUrl, prefix });
      const [stalled, other] = [new ChannelRelay(channel), new ChannelRelay(direct)];
      const heard: Hint[] = [];
      let gaps = 0;
      stalled.hints$.subscribe((hint) => heard.push(hint));
      stalled.gaps$.subscribe(() => (gaps += 1));
      stalled.start();
      other.start();
      const hint: Hint = { kind: 'cancel', runId: runId('r_1') };
      const tell = () => {
        other.publish(hint);
        return heard.length > 0;
      };
      await waitFor('a hint', tell);
      gate.stall();
      const before = gaps;
      await waitFor('the loss to be noticed', () => gaps > before + 1, 30_000);
      gate.mend();
      heard.length = 0;
      await waitFor('another hint', tell);
      await Promise.all([stalled.stop(), other.stop()]);
    }, 60_000);
  });
}
