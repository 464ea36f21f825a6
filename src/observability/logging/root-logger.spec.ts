import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretRegistry, mapEnvironment } from '../../config/index.js';
import { createRootLogger } from './root-logger.js';

interface Line {
  readonly level: string;
  readonly msg: string;
}

async function start(env: Record<string, string>, secrets = new SecretRegistry()) {
  const lines: Line[] = [];
  const output = {
    write: (line: string) => void lines.push(JSON.parse(line) as Line),
    close: () => Promise.resolve(),
  };
  const logger = await createRootLogger(mapEnvironment(env).config, { secrets, console: output });
  return { logger, lines };
}

describe('createRootLogger', () => {
  it('writes lines that say when, what, where and how bad', async () => {
    const { logger, lines } = await start({ APP_NAME: 'Spec', ENVIRONMENT: 'testing' });
    logger.pino.info({ run_id: 'r_1' }, 'hello');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
        service: 'Spec',
        environment: 'testing',
        run_id: 'r_1',
        msg: 'hello',
      },
    ]);
  });

  it.each([
    [{ LOGGING__LEVEL: 'DEBUG' }, ['debug', 'info', 'warn', 'error', 'fatal']],
    [{ LOGGING__LEVEL: 'INFO' }, ['info', 'warn', 'error', 'fatal']],
    [{ LOGGING__LEVEL: 'WARNING' }, ['warn', 'error', 'fatal']],
    [{ LOGGING__LEVEL: 'ERROR' }, ['error', 'fatal']],
    [{ LOGGING__LEVEL: 'CRITICAL' }, ['fatal']],
    [{ LOGGING__LEVEL: 'CRITICAL', DEBUG: 'true' }, ['debug', 'info', 'warn', 'error', 'fatal']],
  ])('under %j lets %j through', async (env, expected) => {
    const { logger, lines } = await start(env);
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) logger.pino[level](level);
    expect(lines.map((line) => line.level)).toEqual(expected);
  });

  it('masks keys, tokens and cookies wherever they are logged', async () => {
    const { logger, lines } = await start({});
    const headers = { authorization: 'Bearer s3cret', 'x-api-key': 's3cret', cookie: 's3cret', accept: 'shown' };
    logger.pino.info({ headers, request: { headers }, password: 's3cret', options: { api_key: 's3cret' } }, 'x');
    expect(JSON.stringify(lines)).not.toContain('s3cret');
    expect(JSON.stringify(lines)).toContain('shown');
  });

  it('tells no secret, whatever it stands in, and keeps the line whole', async () => {
    const { logger, lines } = await start({}, new SecretRegistry(['open"sesame\n', '20261124']));
    const error = new Error('open"sesame\n is wrong');
    logger.pino.child({ path: '/open%22sesame%0A' }).error({ err: error, count: 20261124, rest: 1202611240 }, 'x');
    expect(JSON.stringify(lines)).not.toMatch(/sesame|"20261124"|:20261124,/);
    expect(lines).toMatchObject([
      { path: '/***', count: '***', rest: 1202611240, msg: 'x', err: { message: '*** is wrong' } },
    ]);
  });

  describe('with a log file', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'wand-log-'));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it('writes to the console and to the file, whose folder it makes', async () => {
      const { logger, lines } = await start({ LOGGING__FILE_PATH: join(folder, 'sub', 'wand.log') });
      logger.pino.info('both');
      await logger.close();
      expect(lines).toHaveLength(1);
      expect(readFileSync(join(folder, 'sub', 'wand.1.log'), 'utf8')).toMatch(/"msg":"both"}\n$/);
    });

    it('begins a new file when one is full, keeps as many as it is told, and loses no line on the way', async () => {
      const { logger } = await start({
        LOGGING__FILE_PATH: join(folder, 'wand.log'),
        LOGGING__MAX_FILE_SIZE_MB: '1',
        LOGGING__BACKUP_COUNT: '2',
      });
      const padding = 'x'.repeat(1000);
      for (let line = 1; line <= 4500; line++) {
        logger.pino.info({ line, padding });
        if (line % 100 === 0) await new Promise(setImmediate);
      }
      await logger.close();
      const files = readdirSync(folder).sort();
      expect(files.length).toBeGreaterThan(1);
      expect(files.length).toBeLessThanOrEqual(3);
      const kept = files.flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'));
      const numbers = kept.map((line) => (JSON.parse(line) as { line: number }).line);
      expect(numbers).toEqual(numbers.map((_number, index) => (numbers[0] ?? 0) + index));
      expect(numbers.at(-1)).toBe(4500);
    });
  });
});
