import fc from 'fast-check';
import type { Json } from '../../../core/index.js';
import type { RemoteAttemptListener } from '../../../invoker/index.js';
import { LargeOutput } from '../../../outputs/index.js';
import {
  failureReport,
  interruptionReport,
  logReport,
  outputReports,
  progressReport,
  ReportReader,
} from './attempt-report.js';

function reading() {
  const heard: unknown[][] = [];
  const listener: RemoteAttemptListener = {
    logged: (...said) => heard.push(['logged', ...said]),
    progressed: (...said) => heard.push(['progressed', ...said]),
    suspended: (...said) => heard.push(['suspended', ...said]),
    succeeded: (...said) => heard.push(['succeeded', ...said]),
    failed: (...said) => heard.push(['failed', ...said]),
    interrupted: (...said) => heard.push(['interrupted', ...said]),
  };
  return { heard, reader: new ReportReader({ nodeId: 'n', attempt: 2 }, listener) };
}

describe('reports of an attempt', () => {
  it('carry any output, in parts of any length', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 20 }), (json, text, length) => {
        const output = { json: JSON.parse(json) as Json, text };
        const { heard, reader } = reading();
        const reports = outputReports(output, length);
        const ends = reports.map((report) => reader.hear(report));
        expect(ends.indexOf(true)).toBe(reports.length - 1);
        expect(heard).toEqual([['succeeded', JSON.parse(JSON.stringify(output))]]);
        // What a driver sends is what it was given: no half of a character stands alone.
        for (const { body } of reports) expect(body.isWellFormed()).toBe(true);
      }),
    );
  });

  it('carry a large output as the file that it is to become', () => {
    const { heard, reader } = reading();
    const text = JSON.stringify('x'.repeat(100));
    const output = LargeOutput.of('x'.repeat(100), text, '$output.n.2.json');
    for (const report of outputReports(output, 30)) reader.hear(report);
    expect(heard).toEqual([['succeeded', output]]);
  });

  it('carry what is said on the way, and the other ways to end', () => {
    const { heard, reader } = reading();
    const failure = { type: 'Flaky', message: 'not yet', retryable: true, details: { a: 1 }, retryAfterMs: 5 };
    const ends = [
      logReport({ level: 'warn', message: 'hm', data: { a: 1 } }),
      progressReport({ percent: 50 }),
      failureReport(failure),
      interruptionReport('shutdown'),
    ].map((report) => reader.hear(report));
    expect(ends).toEqual([false, false, true, true]);
    expect(heard).toEqual([
      ['logged', 'warn', 'hm', { a: 1 }],
      ['progressed', 50, undefined],
      ['failed', failure],
      ['interrupted', 'shutdown'],
    ]);
  });

  it('are refused when they are of a kind that nobody knows', () => {
    expect(() => reading().reader.hear({ kind: 'odd', body: '' })).toThrow('"odd" is no kind of report');
  });
});
