import fc from 'fast-check';
import { namespace, runId } from '../../executor/core/index.js';
import type { EntriesHint, Hint } from '../relay.js';
import { hintText, messageText, parseMessage } from './hint-message.js';
import { HintOutbox } from './hint-outbox.js';

const HEAD = { from: 'p1', number: 7, mood: 'active' } as const;

const id = fc.constantFrom('r_1', 'r_2', 'r_3').map(runId);
const entries: fc.Arbitrary<EntriesHint> = fc
  .record({ runId: id, firstSeq: fc.nat(50), count: fc.nat(9), isRunLevel: fc.boolean() })
  .map(({ count, ...rest }) => ({
    kind: 'entries',
    namespace: namespace('here'),
    lastSeq: rest.firstSeq + count,
    ...rest,
  }));
const hint: fc.Arbitrary<Hint> = fc.oneof(
  entries,
  fc.record({ kind: fc.constant('cancel' as const), runId: id }),
  fc.record({ kind: fc.constant('attempt' as const), runId: id, nodeId: fc.string(), attempt: fc.nat(9) }),
  fc.record({ kind: fc.constant('key' as const), keyId: fc.string() }),
);

function takenFrom(outbox: HintOutbox, maxBytes: number): Hint[] {
  return parseMessage(messageText(HEAD, outbox.take(maxBytes)))?.hints.slice() ?? [];
}

describe('Hints on their way', () => {
  it('arrive as they were sent', () => {
    fc.assert(
      fc.property(fc.array(hint), (hints) => {
        expect(parseMessage(messageText(HEAD, hints.map(hintText)))).toEqual({ ...HEAD, hints });
      }),
    );
  });

  it('are left out where the kind is not known, and a message that is none is no message', () => {
    expect(parseMessage('["p1",1,"active",[["x","r_1"],["c","r_1"],7,["e","r_1","here",1]]]')?.hints).toEqual([
      { kind: 'cancel', runId: 'r_1' },
    ]);
    for (const text of [
      '',
      '{}',
      '[1,1,"active",[]]',
      '["p","1","active",[]]',
      '["p",1,"sad",[]]',
      '["p",1,"idle",7]',
    ]) {
      expect(parseMessage(text)).toBeUndefined();
    }
  });

  it('are left out where they name what cannot be: whoever asks the database for it would fail again and again', () => {
    const wrong = [
      ['c', 'r_\0'],
      ['c', `r_${'1'.repeat(1_000)}`],
      ['a', 'garbage', 'node', 1],
      ['a', 'r_1', 'node', 1.5],
      ['e', 'garbage', 'here', 1, 2, 1],
      ['e', 'r_1', 'he\0re', 1, 2, 1],
      ['e', 'r_1', 'here', -5, 2, 1],
      ['e', 'r_1', 'here', 1, 2_147_483_648, 1],
      ['e', 'r_1', 'here', 1, 1e308, 1],
      ['e', 'r_1', 'here', 1.5, 2, 1],
      ['e', 'r_1', 'here', 3, 2, 1],
    ];
    const text = JSON.stringify(['p1', 1, 'active', [...wrong, ['c', 'r_1']]]);
    expect(parseMessage(text)?.hints).toEqual([{ kind: 'cancel', runId: 'r_1' }]);
    expect(parseMessage('["p1",1e308,"active",[]]')).toBeUndefined();
  });

  it('become one where they are about the same thing, which says no less than all of them', () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 30 }), (hints) => {
        const outbox = new HintOutbox(100);
        for (const each of hints) outbox.add(each);
        const taken = takenFrom(outbox, 10_000) as EntriesHint[];
        expect(taken.length).toBe(new Set(hints.map((each) => each.runId)).size);
        for (const each of hints) {
          const one = taken.find((other) => other.runId === each.runId);
          expect(one?.firstSeq).toBeLessThanOrEqual(each.firstSeq);
          expect(one?.lastSeq).toBeGreaterThanOrEqual(each.lastSeq);
          expect(one?.isRunLevel || !each.isRunLevel).toBe(true);
        }
      }),
    );
  });

  it('fill messages that are as long as they may be and no longer', () => {
    const outbox = new HintOutbox(1_000);
    for (let index = 0; index < 1_000; index++) outbox.add({ kind: 'cancel', runId: runId(`r_${index}`) });
    let total = 0;
    for (let texts = outbox.take(500); texts.length > 0; texts = outbox.take(500)) {
      expect(texts.join(',').length).toBeLessThanOrEqual(500);
      total += texts.length;
    }
    expect(total).toBe(1_000);
  });

  it('are refused when too many wait, unless they say more about what waits', () => {
    const outbox = new HintOutbox(2);
    const about = (run: string, lastSeq: number): Hint => ({
      kind: 'entries',
      runId: runId(run),
      namespace: namespace('here'),
      firstSeq: 1,
      lastSeq,
      isRunLevel: true,
    });
    expect(
      [about('r_1', 1), about('r_2', 1), about('r_3', 1), about('r_1', 9)].map((each) => outbox.add(each)),
    ).toEqual([true, true, false, true]);
    expect(takenFrom(outbox, 1_000)).toEqual([about('r_1', 9), about('r_2', 1)]);
  });
});
