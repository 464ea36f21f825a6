import type { ConditionSpec, Json } from '../../src/executor/core/index.js';

/** What a condition sees, in the words of this test. */
export interface Seen {
  /** The source's output; `{ error }` when it failed; the run's input for an edge from it. */
  readonly output: Readonly<Record<string, unknown>>;
  readonly input: Readonly<Record<string, unknown>>;
  readonly mapped: Readonly<Record<string, unknown>>;
  readonly error: { readonly type: string } | null;
}

/** A condition together with what it comes to, worked out without the core. */
export interface SampleCondition {
  readonly cond: string | ConditionSpec;
  readonly holds: (seen: Seen) => boolean | 'error';
}

const v = ({ output }: Seen): unknown => output['v'];
const isAbove = (value: unknown, limit: number): boolean => typeof value === 'number' && value > limit;
const errorTypeIn = ({ output }: Seen): unknown => (output['error'] as { readonly type: string } | undefined)?.type;
const object = (name: string, op: '==' | '!=' | '>' | 'exists', value?: Json): ConditionSpec => ({
  var: name,
  op,
  value,
});

export const SAMPLE_CONDITIONS: readonly SampleCondition[] = [
  { cond: object('v', '>', 4), holds: (seen) => isAbove(v(seen), 4) },
  { cond: object('v', '!=', 3), holds: (seen) => v(seen) !== 3 },
  { cond: object('flag', '==', true), holds: ({ output }) => output['flag'] === true },
  { cond: { not: object('flag', '==', true) }, holds: ({ output }) => output['flag'] !== true },
  { cond: object('text', 'exists'), holds: ({ mapped }) => mapped['text'] !== undefined },
  {
    cond: { any: [object('v', '>', 7), object('flag', 'exists')] },
    holds: (seen) => isAbove(v(seen), 7) || seen.output['flag'] !== undefined,
  },
  {
    cond: { all: [object('v', '>', 2), { not: object('v', '>', 6) }] },
    holds: (seen) => isAbove(v(seen), 2) && !isAbove(v(seen), 6),
  },
  { cond: object('error.type', '==', 'Broken'), holds: (seen) => errorTypeIn(seen) === 'Broken' },
  { cond: 'output.v > 4', holds: (seen) => (v(seen) === undefined ? 'error' : isAbove(v(seen), 4)) },
  { cond: 'input.v >= 5', holds: ({ input }) => isAbove(input['v'], 4) },
  { cond: 'error != null', holds: ({ error }) => error !== null },
  {
    cond: 'error.type == "Flaky"',
    holds: ({ error }) => (error === null ? 'error' : error.type === 'Flaky'),
  },
];
