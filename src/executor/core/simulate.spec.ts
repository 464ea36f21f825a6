import { edge, graph, node, planOf, settings } from '../../../test/support/graph-builder.js';
import { epochMs, graphId } from './ids.js';
import { type SimulatedOutcome, type SimulatedRun, SimulationTooLongError, simulate } from './simulate.js';
import type { GraphDefinition, RunSettings } from './graph-definition.js';
import { nodeRecord } from './run-state.js';

const failed = (fields: object = {}): SimulatedOutcome => ({
  failure: { type: 'Broken', message: 'broke', retryable: false, ...fields },
});

interface Given {
  readonly settings?: Partial<RunSettings>;
  readonly maxEvents?: number;
}

function run(
  definition: GraphDefinition,
  outcomes: Readonly<Record<string, readonly SimulatedOutcome[]>> = {},
  { settings: given = {}, maxEvents = 1_000 }: Given = {},
): SimulatedRun & { readonly statuses: Readonly<Record<string, string>> } {
  const plan = planOf(definition);
  const simulated = simulate(plan, {
    queued: {
      type: 'run.queued',
      ts: epochMs(0),
      graphId: graphId('g_x'),
      graphVersion: 1,
      input: { x: 1 },
      settings: settings(given),
    },
    outcomeOf: (id, attempt) => outcomes[id]?.[attempt - 1] ?? { output: {} },
    maxEvents,
  });
  const statuses = Object.fromEntries(
    plan.nodes.map(({ index, definition: { id } }) => [id, nodeRecord(simulated.state, index).state.status]),
  );
  return { ...simulated, statuses };
}

describe('simulate', () => {
  it('decides what the given outcomes lead to, and writes it as a journal', () => {
    const branch = graph(
      ['a', 'b', 'c'],
      [edge('a', 'b', { cond: 'output.ok' }), edge('a', 'c', { cond: '!output.ok' })],
    );
    const { state, statuses, entries } = run(branch, { a: [{ output: { ok: false } }] });
    expect(state.status).toBe('SUCCESS');
    expect(statuses).toEqual({ a: 'SUCCESS', b: 'SKIPPED', c: 'SUCCESS' });
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.at(-1)?.type).toBe('run.succeeded');
  });

  it('lets failures happen, attempt by attempt, and waits between them on its own clock', () => {
    const { state, entries } = run(graph([node('a', { retries: 2 })]), {
      a: [failed({ retryable: true }), failed({ retryable: true })],
    });
    expect(state.status).toBe('SUCCESS');
    expect(entries.filter(({ type }) => type === 'node.retrying').map(({ ts }) => ts)).toEqual([0, 1_000]);
    expect(entries.at(-1)?.ts).toBe(3_000);
  });

  it('aborts what runs beside a failure that cancels the run', () => {
    const { state, statuses } = run(graph(['a', 'b']), { a: [failed()] }, { settings: { onFailure: 'cancel' } });
    expect(state.status).toBe('FAILED');
    expect(statuses).toEqual({ a: 'FAILED', b: 'CANCELLED' });
  });

  it('gives the same trace every time, jitter included', () => {
    const jittered = graph([node('a', { retries: 1, retry: { jitter: 'full' } })]);
    const trace = () => run(jittered, { a: [failed({ retryable: true })] }).entries;
    expect(trace()).toEqual(trace());
    expect(trace().at(-1)?.ts).toBe(500);
  });

  it('gives up a run that has too many events', () => {
    expect(() => run(graph(['a', 'b']), {}, { maxEvents: 5 })).toThrow(
      new SimulationTooLongError('the simulation would have more than 5 events'),
    );
  });
});
