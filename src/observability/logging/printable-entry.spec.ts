import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { prettyStream } from './log-streams.js';
import { printableEntry } from './printable-entry.js';

const FORGED = '\n[13:00:00.000] INFO: forged \u001b[2J\u009b2J\u2028\u202e\r';

describe('printableEntry', () => {
  it('escapes what moves the cursor, hides text or begins a line, in names and values at any depth', () => {
    const safe = JSON.stringify(printableEntry({ msg: FORGED, [FORGED]: [{ deep: FORGED }], n: 1, none: null }));
    // eslint-disable-next-line no-control-regex
    expect(safe).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]|\\[nr]|\\u001b(?!\[)/);
    expect(safe).toContain('\\\\u000a[13:00:00.000] INFO: forged \\\\u001b[2J\\\\u009b2J\\\\u2028\\\\u202e\\\\u000d');
    expect(safe).toContain('"n":1,"none":null');
  });

  it('leaves a stack its lines', () => {
    expect(printableEntry({ stack: 'Error: a\n    at b\u001b' })).toEqual({ stack: 'Error: a\n    at b\\u001b' });
  });
});

describe('the log for people', () => {
  it('shows each entry on lines of its own, whatever is in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wand-log-'));
    const file = join(folder, 'log');
    const logger = pino({ timestamp: false }, await prettyStream(openSync(file, 'a'), false));
    logger.info({ path: FORGED }, `GET ${FORGED}`);
    logger.error({ err: new Error(FORGED) }, 'it broke');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.filter((line) => /^\S/.test(line))).toEqual([
      expect.stringMatching(/^INFO.*: GET \\u000a/),
      expect.stringMatching(/^ERROR.*: it broke/),
    ]);
    // eslint-disable-next-line no-control-regex
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    rmSync(folder, { recursive: true });
  });
});
