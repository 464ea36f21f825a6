import { Redis } from 'ioredis';
import pg from 'pg';
import { postgresFolder } from './postgres-binaries.js';
import { PrivatePostgres } from './private-postgres.js';
import { PrivateRedis, hasRedisServer } from './private-redis.js';
import { describeWithPrograms } from './services.js';

const missing = postgresFolder() === undefined ? 'PostgreSQL' : hasRedisServer() ? undefined : 'Redis';

describeWithPrograms(missing, 'the servers that tests crash', () => {
  it('PostgreSQL keeps what was committed over a crash', async () => {
    const server = await PrivatePostgres.start();
    try {
      await server.run('CREATE TABLE kept AS SELECT 7 AS n');
      await server.crash();
      await expect(server.run('SELECT 1')).rejects.toThrow();
      await server.start();
      const client = new pg.Client({ connectionString: server.url() });
      await client.connect();
      expect((await client.query('SELECT n FROM kept')).rows).toEqual([{ n: 7 }]);
      await client.end();
    } finally {
      await server.destroy();
    }
  });

  it('Redis forgets everything', async () => {
    const server = await PrivateRedis.start();
    const client = new Redis(server.url, { disconnectTimeout: 1 });
    client.on('error', () => undefined);
    try {
      await client.set('a', '1');
      await server.flush();
      expect(await client.get('a')).toBeNull();
      await client.set('b', '2');
      await server.crash();
      await server.start();
      expect(await client.get('b')).toBeNull();
    } finally {
      await client.quit();
      await server.destroy();
    }
  });
});
