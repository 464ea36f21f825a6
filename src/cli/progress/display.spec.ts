import { PassThrough } from 'node:stream';
import { type JournalEntry, epochMs } from '../../executor/core/index.js';
import type { OutputStream } from '../cli-context.js';
import { createDisplay } from './create-display.js';

let seq = 0;
const entry = (type: JournalEntry['type'], nodeId: string | null, more: Partial<JournalEntry> = {}): JournalEntry => ({
  seq: ++seq,
  ts: epochMs(1_000 + seq),
  type,
  lvl: 'info',
  msg: `message of ${type}`,
  nodeId,
  attempt: nodeId === null ? null : 1,
  progress: null,
  data: null,
  ...more,
});

/** A stream that keeps what is written to it. */
function screen(terminal: { readonly isTTY: boolean; readonly rows?: number }): {
  stream: OutputStream;
  text: () => string;
} {
  const chunks: string[] = [];
  const stream = new PassThrough().on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream: Object.assign(stream, { columns: 120, rows: 24, ...terminal }), text: () => chunks.join('') };
}

const RUN: JournalEntry[] = [
  entry('run.started', null),
  entry('node.started', 'fetch'),
  entry('node.retrying', 'fetch', { data: { error: { type: 'HttpError', message: 'status 503' }, wait_ms: 10 } }),
  entry('node.log', 'fetch', { msg: 'trying the mirror' }),
  entry('node.succeeded', 'fetch', { progress: 50 }),
  entry('node.skipped', 'chart', { progress: 99, data: { skip_reason: 'cond_false' } }),
  entry('run.succeeded', null, { progress: 100, msg: 'run succeeded' }),
];

describe('a display that is no terminal', () => {
  it.each([
    ['a pipe', false, {}],
    ['NO_COLOR', true, { NO_COLOR: '1' }],
    ['CI', true, { CI: 'true' }],
    ['a dumb terminal', true, { TERM: 'dumb' }],
  ])('writes one plain line per event (%s)', (_name, isTTY, env) => {
    const { stream, text } = screen({ isTTY });
    const display = createDisplay({ stderr: stream, env }, ['fetch', 'chart']);
    for (const event of RUN) display.show(event);
    display.stop();
    const lines = text().split('\n');
    expect(lines).toHaveLength(RUN.length + 1);
    expect(lines[1]).toBe('  0 %  ▸ fetch  started');
    expect(lines[2]).toContain('↻ fetch  attempt 1 failed, next in 10 ms: HttpError: status 503');
    expect(lines[5]).toBe(' 99 %  - chart  skipped: cond_false');
    expect(lines[6]).toBe('100 %  ✓ run    run succeeded');
  });
});

describe('a display on a terminal', () => {
  const show = (rows: number, nodeIds: string[]): string => {
    const { stream, text } = screen({ isTTY: true, rows });
    const display = createDisplay({ stderr: stream, env: {} }, nodeIds);
    for (const event of RUN) display.show(event);
    display.stop();
    display.stop();
    return text();
  };

  it('draws a bar per node and tells of retries and logs above', () => {
    const text = show(24, ['fetch', 'chart']);
    expect(text).toContain('fetch: attempt 1 failed, next in 10 ms: HttpError: status 503');
    expect(text).toContain('fetch: trying the mirror');
    expect(text).toMatch(/fetch █{20} 100 % {2}succeeded after/);
    expect(text).toMatch(/chart ░{20} {3}0 % {2}skipped: cond_false/);
    expect(text).toMatch(/run {3}█{20} 100 %/);
  });

  it('leaves the cursor visible and lines wrapping', () => {
    const text = show(24, ['fetch', 'chart']);
    expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'));
    expect(text.lastIndexOf('\u001b[?7h')).toBeGreaterThan(text.lastIndexOf('\u001b[?7l'));
  });

  it('turns nodes that ended into lines when the terminal has too few rows', () => {
    const text = show(5, ['fetch', 'chart', 'c', 'd', 'e']);
    expect(text).toContain('fetch: succeeded after');
    expect(text).toContain('chart: skipped: cond_false');
    expect(text).not.toContain('waiting');
  });
});
