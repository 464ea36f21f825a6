import type { Dice } from '../../support/dice.js';
import type { AgentServer, CallPath } from './agent-server.js';

export type NodeEnd = 'SUCCESS' | 'FAILED' | 'SKIPPED';

/** How a run ends that nobody cancels, whatever crashes. */
export interface ExpectedEnd {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly nodes: Readonly<Record<string, NodeEnd>>;
  /** Outputs of the sinks. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** How often each node fails for good or for a retry, where that is certain. */
  readonly failures: Readonly<Record<string, number>>;
}

/** A graph of which it is known beforehand how its runs end. */
export interface Specimen {
  /** Body of `POST /graphs`. */
  readonly graph: object;
  /** `v` is in the run's input. */
  readonly expect: (v: number) => ExpectedEnd;
}

export const FAMILIES = ['wide', 'deep', 'conditional', 'retrying', 'failing', 'delaying', 'large'] as const;
export type Family = (typeof FAMILIES)[number];

/** `EXECUTION__MAX_OUTPUT_BYTES` of the campaigns: only the outputs of `large` graphs have to be larger. */
export const INLINE_BYTES = 2_000;

/** Attempts after the first that every calling node has. */
const RETRIES = 2;
const RETRY = { max: RETRIES, base_sec: 0.05, factor: 1, jitter: 'none' };
const LONGEST_CALL_MS = 40;

/** A graph of the family, drawn by the dice. */
export function drawSpecimen(family: Family, dice: Dice, agents: AgentServer): Specimen {
  const caller = (path: CallPath): object => ({
    id: path.node,
    type: 'agent.fetch',
    params: agents.fetchParams({ ms: dice.between(0, LONGEST_CALL_MS), ...path }),
    retry: RETRY,
  });
  const drawn = DRAW[family](dice, caller);
  return { ...drawn, graph: { name: family, options: { concurrency: dice.between(1, 6) }, ...drawn.graph } };
}

type Caller = (path: CallPath) => object;

const DRAW: Readonly<Record<Family, (dice: Dice, caller: Caller) => Specimen>> = {
  wide: drawWide,
  deep: drawDeep,
  conditional: drawConditional,
  retrying: drawRetrying,
  failing: drawFailing,
  delaying: drawDelaying,
  large: drawLarge,
};

const echo = (id: string, fields: object = {}): object => ({ id, type: 'agent.echo', ...fields });
const ids = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** The same end for every id. */
const all = (names: readonly string[], end: NodeEnd): Record<string, NodeEnd> =>
  Object.fromEntries(names.map((name) => [name, end]));

/** One node, many after it at once, and all of their values together. */
function drawWide(dice: Dice, caller: Caller): Specimen {
  const leaves = ids('leaf', dice.between(3, 12));
  const values = leaves.map((id) => [id, dice.between(0, 99)] as const);
  return {
    graph: {
      nodes: [
        caller({ node: 'first' }),
        ...values.map(([node, v]) => caller({ node, v, saw: ['first'] })),
        echo('joined'),
      ],
      edges: [
        ...leaves.map((to) => ({ from: 'first', to })),
        ...leaves.map((from) => ({ from, to: 'joined', map: { [from]: 'json.v' } })),
      ],
      sinks: ['joined'],
    },
    expect: () => ({
      status: 'SUCCESS',
      nodes: all(['first', ...leaves, 'joined'], 'SUCCESS'),
      outputs: { joined: Object.fromEntries(values) },
      failures: Object.fromEntries(['first', ...leaves].map((id) => [id, 0])),
    }),
  };
}

/** A chain in which every call shows what the one before it was told. */
function drawDeep(dice: Dice, caller: Caller): Specimen {
  const steps = ids('step', dice.between(3, 10));
  const v = dice.between(0, 99);
  const last = steps.at(-1) ?? '';
  return {
    graph: {
      nodes: [
        ...steps.map((node, index) => caller({ node, v, ms: 5, saw: steps.slice(Math.max(0, index - 1), index) })),
        echo('end'),
      ],
      edges: [
        ...steps.slice(1).map((to, index) => ({ from: steps[index], to })),
        { from: last, to: 'end', map: { v: 'json.v' } },
      ],
      sinks: ['end'],
    },
    expect: () => ({
      status: 'SUCCESS',
      nodes: all([...steps, 'end'], 'SUCCESS'),
      outputs: { end: { v } },
      failures: Object.fromEntries(steps.map((id) => [id, 0])),
    }),
  };
}

/** A branch that the run's input decides, a second one behind it, and the merge of both. */
function drawConditional(dice: Dice, caller: Caller): Specimen {
  const limit = dice.between(2, 7);
  const below = { var: 'json.v', op: '<', value: limit };
  return {
    graph: {
      nodes: [
        caller({ node: 'pick', v: '${input.v}' }),
        caller({ node: 'low', v: 1 }),
        caller({ node: 'high', v: 2 }),
        caller({ node: 'even_higher', v: 3 }),
        echo('merged', { join: 'any' }),
        echo('watcher', { join: 'settled' }),
      ],
      edges: [
        { from: 'pick', to: 'low', cond: below, group: 'branch' },
        { from: 'pick', to: 'high', group: 'branch', else: true },
        { from: 'high', to: 'even_higher', cond: 'input.v >= 8' },
        { from: 'low', to: 'merged', map: { low: 'json.v' } },
        { from: 'high', to: 'merged', map: { high: 'json.v' } },
        { from: 'even_higher', to: 'merged', map: { even_higher: 'json.v' } },
        { from: 'low', to: 'watcher', on: 'done' },
      ],
      sinks: ['merged'],
    },
    expect: (v) => {
      const isLow = v < limit;
      const isHigher = !isLow && v >= 8;
      return {
        status: 'SUCCESS',
        nodes: {
          pick: 'SUCCESS',
          low: isLow ? 'SUCCESS' : 'SKIPPED',
          high: isLow ? 'SKIPPED' : 'SUCCESS',
          even_higher: isHigher ? 'SUCCESS' : 'SKIPPED',
          merged: 'SUCCESS',
          watcher: 'SUCCESS',
        },
        outputs: { merged: isLow ? { low: 1 } : { high: 2, ...(isHigher ? { even_higher: 3 } : {}) } },
        failures: { pick: 0 },
      };
    },
  };
}

/** Nodes that succeed after some failures, side by side and one after the other. */
function drawRetrying(dice: Dice, caller: Caller): Specimen {
  const flaky = ids('flaky', dice.between(2, 5));
  return {
    graph: {
      nodes: [
        ...flaky.map((node) => caller({ node, v: 4, temper: `flaky-${dice.between(1, RETRIES)}` })),
        caller({ node: 'after', v: 5, temper: 'flaky-1', saw: flaky }),
        echo('end'),
      ],
      edges: [...flaky.map((from) => ({ from, to: 'after' })), { from: 'after', to: 'end', map: { v: 'json.v' } }],
      sinks: ['end'],
    },
    expect: () => ({
      status: 'SUCCESS',
      nodes: all([...flaky, 'after', 'end'], 'SUCCESS'),
      outputs: { end: { v: 5 } },
      failures: {},
    }),
  };
}

/** Failures of every kind: handled, optional, and in half of the graphs one that fails the run. */
function drawFailing(dice: Dice, caller: Caller): Specimen {
  const isFatal = dice.chance(50);
  const fatal = isFatal ? ['fatal'] : [];
  return {
    graph: {
      nodes: [
        caller({ node: 'hopeless', temper: 'hopeless' }),
        caller({ node: 'handler', v: 6 }),
        caller({ node: 'never' }),
        { ...caller({ node: 'refused', temper: 'refused' }), optional: true },
        caller({ node: 'still' }),
        ...fatal.map((node) => caller({ node, temper: 'hopeless' })),
        echo('end'),
      ],
      edges: [
        { from: 'hopeless', to: 'handler', on: 'failure' },
        { from: 'hopeless', to: 'never' },
        { from: 'refused', to: 'still' },
        { from: 'handler', to: 'end', map: { v: 'json.v' } },
        ...fatal.map((from) => ({ from, to: 'end' })),
      ],
      sinks: ['end'],
    },
    expect: () => ({
      status: isFatal ? 'FAILED' : 'SUCCESS',
      nodes: {
        hopeless: 'FAILED',
        handler: 'SUCCESS',
        never: 'SKIPPED',
        refused: 'FAILED',
        still: 'SUCCESS',
        ...all(fatal, 'FAILED'),
        end: isFatal ? 'SKIPPED' : 'SUCCESS',
      },
      outputs: isFatal ? {} : { end: { v: 6 } },
      failures: {
        hopeless: RETRIES + 1,
        refused: 1,
        handler: 0,
        still: 0,
        ...Object.fromEntries(fatal.map((id) => [id, RETRIES + 1])),
      },
    }),
  };
}

/** Timers between calls. */
function drawDelaying(dice: Dice, caller: Caller): Specimen {
  const wait = (id: string): object => ({ id, type: 'agent.delay', params: { seconds: dice.between(1, 8) / 10 } });
  return {
    graph: {
      nodes: [caller({ node: 'before' }), wait('short'), wait('long'), caller({ node: 'after', v: 7 }), echo('end')],
      edges: [
        { from: 'before', to: 'short' },
        { from: 'before', to: 'long' },
        { from: 'short', to: 'after' },
        { from: 'long', to: 'after' },
        { from: 'after', to: 'end', map: { v: 'json.v' } },
      ],
      sinks: ['end'],
    },
    expect: () => ({
      status: 'SUCCESS',
      nodes: all(['before', 'short', 'long', 'after', 'end'], 'SUCCESS'),
      outputs: { end: { v: 7 } },
      failures: { before: 0, short: 0, long: 0, after: 0 },
    }),
  };
}

/** Outputs that are kept in files: of calls, at once and after failures, and of what is computed from them. */
function drawLarge(dice: Dice, caller: Caller): Specimen {
  const pads = ids('pad', dice.between(1, 3)).map((node) => ({ node, pad: dice.between(2, 6) * 1_000 }));
  const made = dice.between(3, 6) * 1_000;
  const lengths = Object.fromEntries(pads.map(({ node, pad }) => [node, pad]));
  const names = Object.keys(lengths);
  const measure = names.map((node) => `"${node}": $length(${node})`).join(', ');
  const transform = (id: string, expression: string): object => ({
    id,
    type: 'agent.transform',
    params: { expression: `{ ${expression} }` },
  });
  return {
    graph: {
      nodes: [
        ...pads.map((path) => caller({ ...path, temper: dice.chance(30) ? 'flaky-1' : 'ok' })),
        caller({ node: 'after', v: 8, saw: names }),
        transform('measured', measure),
        transform('made', `"v": v, "text": $pad("", ${made}, "y")`),
        echo('end'),
      ],
      edges: [
        ...names.map((from) => ({ from, to: 'after', cond: `size(output.json.pad) == ${lengths[from]}` })),
        ...names.map((from) => ({ from, to: 'measured', map: { [from]: 'json.pad' } })),
        { from: 'after', to: 'made', map: { v: 'json.v' } },
        { from: 'made', to: 'end' },
        { from: 'measured', to: 'end', map: { pad0: 'pad0' } },
      ],
      sinks: ['measured', 'made', 'end'],
    },
    expect: () => ({
      status: 'SUCCESS',
      nodes: all([...names, 'after', 'measured', 'made', 'end'], 'SUCCESS'),
      outputs: { measured: lengths, made: { v: 8, text: 'y'.repeat(made) }, end: { pad0: lengths['pad0'] } },
      failures: { after: 0, measured: 0, made: 0 },
    }),
  };
}
