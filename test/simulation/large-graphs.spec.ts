import { replay } from '../../src/executor/core/index.js';
import { graph } from '../support/graph-builder.js';
import { fails, scenarioOf } from './scripted-agents.js';
import { Simulation } from './simulation.js';

const SIZE = 10_000;
const ids = Array.from({ length: SIZE }, (_, index) => `n${index}`);
const [first = '', ...others] = ids;

describe('a graph of 10,000 nodes', () => {
  it('runs to its end as a chain', () => {
    const chain = graph(
      ids,
      others.map((id, index) => `n${index} -> ${id}`),
    );
    const { run } = Simulation.complete(scenarioOf(chain));
    expect(run.status).toBe('SUCCESS');
    expect(run.starts).toEqual(ids);
  });

  it('runs to its end as a fan-out and a fan-in', () => {
    const fan = graph(
      [...ids, 'last'],
      others.flatMap((id) => [`${first} -> ${id}`, `${id} -> last`]),
    );
    const { run } = Simulation.complete(scenarioOf(fan, {}, { concurrency: 100 }));
    expect(run.status).toBe('SUCCESS');
    expect(run.starts).toEqual([...ids, 'last']);
  });

  it('is skipped to its end when the head of a chain fails, and recovers in the middle of that', () => {
    const chain = graph(
      ids,
      others.map((id, index) => `n${index} -> ${id}`),
    );
    const scenario = scenarioOf(chain, {
      [first]: [fails()],
    });
    const { tape } = Simulation.complete(scenario);
    const { run } = Simulation.recover(scenario, tape, { keep: SIZE / 2, downtimeMs: 0 });
    expect(run.status).toBe('FAILED');
    expect(run.skip(ids.at(-1) ?? '')).toEqual(['upstream_failed', `n${SIZE - 2}: upstream_failed (${first})`]);
  });

  it('is retried from its middle as a chain', () => {
    const chain = graph(
      ids,
      others.map((id, index) => `n${index} -> ${id}`),
    );
    const middle = ids[SIZE / 2] ?? '';
    const past = Simulation.complete(scenarioOf(chain, { [middle]: [fails()] }));
    const { run } = Simulation.retry(scenarioOf(chain), past);
    expect(run.status).toBe('SUCCESS');
    expect(run.eventsOf('node.reused')).toHaveLength(SIZE / 2);
    expect(run.starts).toEqual(ids.slice(SIZE / 2));
  });

  it('is cancelled whole', () => {
    const fan = graph(
      ids,
      others.map((id) => `${first} -> ${id}`),
    );
    const { run } = Simulation.complete({ ...scenarioOf(fan), cancelAtMs: 5 });
    expect(run.status).toBe('CANCELLED');
    expect(run.statuses[first]).toBe('CANCELLED');
    expect(run.eventsOf('node.skipped')).toHaveLength(SIZE - 1);
  });

  it('is replayed, also where much of it differs', () => {
    const fan = graph(
      [...ids, 'last'],
      others.flatMap((id) => [`${first} -> ${id}`, `${id} -> last`]),
    );
    const { run } = Simulation.complete(scenarioOf(fan, {}, { concurrency: 100 }));
    const entries = run.tape.entries();
    expect(replay(run.plan, entries)).toMatchObject({ replayed: entries.length, differences: [] });
    const changed = entries.map((entry) => (entry.type === 'node.succeeded' ? { ...entry, progress: 0 } : entry));
    expect(replay(run.plan, changed)).toMatchObject({ differences: { length: 100 }, isGivenUp: true });
  });
});
