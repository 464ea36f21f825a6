import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../../test/support/wait-for.js';
import { withLogContext } from '../core/index.js';
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

  it('takes another level later, and so do the loggers that derive from it', async () => {
    const { logger, lines } = await start({ LOGGING__LEVEL: 'ERROR' });
    const child = logger.pino.child({ of: 'root' });
    const grandchild = child.child({ of: 'child' });
    const logAll = (): void => [logger.pino, child, grandchild].forEach((each) => each.info('hello'));
    logAll();
    expect(lines).toHaveLength(0);
    logger.setLevel('info');
    logAll();
    expect(lines).toHaveLength(3);
    logger.setLevel('warn');
    logAll();
    expect(lines).toHaveLength(3);
  });

  it('tells in each line what is being done, and nothing that another line said', async () => {
    const { logger, lines } = await start({});
    withLogContext({ request_id: 'q' }, () => {
      logger.pino.info({ run_id: 'r_1', other: 1 }, 'first');
      logger.pino.info('second');
    });
    logger.pino.info('third');
    expect(lines[0]).toMatchObject({ request_id: 'q', run_id: 'r_1', other: 1 });
    expect(lines[1]).toMatchObject({ request_id: 'q' });
    expect(lines[1]).not.toHaveProperty('run_id');
    expect(lines[1]).not.toHaveProperty('other');
    expect(lines[2]).not.toHaveProperty('request_id');
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
      // Old files are removed beside the writing.
      const files = await waitFor('old files to be removed', () => {
        const names = readdirSync(folder).sort();
        return names.length <= 3 && names;
      });
      expect(files).toEqual(['wand.3.log', 'wand.4.log', 'wand.5.log']);
      const kept = files.flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'));
      const numbers = kept.map((line) => (JSON.parse(line) as { line: number }).line);
      expect(numbers).toEqual(numbers.map((_number, index) => (numbers[0] ?? 0) + index));
      expect(numbers.at(-1)).toBe(4500);
    });

    it('goes on in the newest file after a restart, and then keeps as many as it is told', async () => {
      for (let file = 1; file <= 6; file++) writeFileSync(join(folder, `wand.${file}.log`), 'old\n');
      writeFileSync(join(folder, 'other.txt'), 'not a log');
      const { logger } = await start({
        LOGGING__FILE_PATH: join(folder, 'wand.log'),
        LOGGING__MAX_FILE_SIZE_MB: '1',
        LOGGING__BACKUP_COUNT: '3',
      });
      const padding = 'x'.repeat(1000);
      for (let line = 1; line <= 1100; line++) {
        logger.pino.info({ line, padding });
        if (line % 100 === 0) await new Promise(setImmediate);
      }
      await logger.close();
      const kept = ['other.txt', 'wand.4.log', 'wand.5.log', 'wand.6.log', 'wand.7.log'];
      await waitFor('old files to be removed', () => readdirSync(folder).length <= kept.length);
      expect(readdirSync(folder).sort()).toEqual(kept);
      expect(readFileSync(join(folder, 'wand.6.log'), 'utf8')).toMatch(/^old\n{/);
    });
  });
});
