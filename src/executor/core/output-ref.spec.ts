import { CorruptJournalError } from './errors.js';
import { decodeEntry, encodeEvent } from './event-codec.js';
import { epochMs, runId } from './ids.js';
import type { Json } from './json.js';
import type { JournalEntry } from './journal-entry.js';
import { isOutputFile, missingOutput, outputFileName, withOutput } from './output-ref.js';
import type { RunEvent } from './run-event.js';

const ref = { artifact: '$output.a.2.json', bytes: 2_000_000, sha256: 'ab' };
const place = { ts: epochMs(5), nodeId: 'a', attempt: 2 };
const output = { text: 'large' };
const LARGE: readonly RunEvent[] = [
  { type: 'node.succeeded', ...place, output, ref },
  { type: 'node.reused', ...place, output, ref, fromRun: runId('r_1') },
];

const stored = (event: RunEvent): JournalEntry =>
  JSON.parse(JSON.stringify(encodeEvent(event, 7, null))) as JournalEntry;
const entry = (fields: Partial<JournalEntry>): JournalEntry => ({ ...stored(LARGE[0]!), ...fields });

describe('a row whose output is kept in a file', () => {
  it.each(LARGE.map((event) => [event.type, event] as const))('refers to it instead: %s', (_type, event) => {
    const row = stored(event);
    expect(row.data).toMatchObject({ output_ref: ref });
    expect(row.data).not.toHaveProperty('output');
    expect(missingOutput(row)).toEqual(ref);
  });

  it.each(LARGE.map((event) => [event.type, event] as const))('gives its event back with it: %s', (_type, event) => {
    const whole = withOutput(stored(event), output);
    expect(missingOutput(whole)).toBeUndefined();
    expect(decodeEntry(whole)).toEqual(event);
    expect(encodeEvent(decodeEntry(whole), 7, null)).toEqual(stored(event));
  });

  it('is no event without it', () => {
    expect(() => decodeEntry(stored(LARGE[0]!))).toThrow('node.succeeded at seq 7 has no data.output');
  });

  it.each<Json>([1, [], {}, { ...ref, bytes: '1' }, { ...ref, artifact: null }, { artifact: 'a', bytes: 1 }])(
    'is damaged when it refers to %j',
    (damaged) => {
      const act = (): unknown => missingOutput(entry({ data: { output_ref: damaged } }));
      expect(act).toThrow(
        new CorruptJournalError('node.succeeded at seq 7 has no artifact, bytes or sha256 in data.output_ref'),
      );
    },
  );
});

describe('missingOutput', () => {
  it('passes over rows that hold their output, or have nothing to hold', () => {
    expect(missingOutput(entry({ data: { output: { output_ref: ref } } }))).toBeUndefined();
    expect(missingOutput(entry({ data: null }))).toBeUndefined();
    expect(missingOutput(entry({ data: {} }))).toBeUndefined();
  });

  it('takes what an agent logs for no reference', () => {
    expect(missingOutput(entry({ type: 'node.log', data: { output_ref: ref } }))).toBeUndefined();
  });
});

describe('the name of an output file', () => {
  it('tells attempts apart, and from files of agents', () => {
    expect(outputFileName('a', 1)).toBe('$output.a.1.json');
    expect(isOutputFile(outputFileName('a', 0))).toBe(true);
    expect(isOutputFile('output.a.1.json')).toBe(false);
  });
});
