import { verdictOn } from './restart-policy.js';

const early = { livedMs: 1_000, isDeath: true };

describe('What becomes of a worker that has ended', () => {
  it('is a new start, each time later, until it has died early five times in a row', () => {
    const verdicts = [0, 1, 2, 3, 4].map((earlyDeaths) => verdictOn({ ...early, earlyDeaths }));
    expect(verdicts).toEqual([
      { kind: 'restart', delayMs: 250, earlyDeaths: 1 },
      { kind: 'restart', delayMs: 500, earlyDeaths: 2 },
      { kind: 'restart', delayMs: 1_000, earlyDeaths: 3 },
      { kind: 'restart', delayMs: 2_000, earlyDeaths: 4 },
      { kind: 'give-up', earlyDeaths: 5 },
    ]);
  });

  it('forgets what came before a minute of life', () => {
    expect(verdictOn({ livedMs: 60_000, isDeath: true, earlyDeaths: 4 })).toEqual({
      kind: 'restart',
      delayMs: 250,
      earlyDeaths: 1,
    });
  });

  it('is a new start at once when it ended in order', () => {
    expect(verdictOn({ livedMs: 1, isDeath: false, earlyDeaths: 4 })).toEqual({
      kind: 'restart',
      delayMs: 0,
      earlyDeaths: 0,
    });
  });
});
