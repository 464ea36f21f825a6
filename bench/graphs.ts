const echo = (id: string): object => ({ id, type: 'agent.echo' });
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);

/** Three echoes, each with the output of the one before. */
export const PIPELINE = {
  name: 'pipeline',
  nodes: ['a', 'b', 'c'].map(echo),
  edges: [
    { from: '$input', to: 'a', map: { x: 'x' } },
    { from: 'a', to: 'b', map: { x: 'x' } },
    { from: 'b', to: 'c', map: { x: 'x' } },
  ],
};

/** Each node after the one before. */
export function chain(nodes: number): object {
  const names = ids(nodes);
  return {
    name: 'chain',
    nodes: names.map(echo),
    edges: names.slice(1).map((to, index) => ({ from: names[index], to })),
  };
}

/** One node, then all but two of the nodes side by side, then one. */
export function wide(nodes: number): object {
  const middle = ids(nodes - 2);
  return {
    name: 'wide',
    nodes: ['first', ...middle, 'last'].map(echo),
    edges: middle.flatMap((id) => [
      { from: 'first', to: id },
      { from: id, to: 'last' },
    ]),
    options: { concurrency: 50 },
    sinks: ['last'],
  };
}

/** A chain of waits: its events come one by one. */
export function ticking(ticks: number, everySec: number): object {
  const names = ids(ticks);
  return {
    name: 'ticking',
    nodes: names.map((id) => ({ id, type: 'agent.delay', params: { seconds: everySec } })),
    edges: names.slice(1).map((to, index) => ({ from: names[index], to })),
  };
}

/** Runs until it is stopped. */
export const ENDLESS = {
  name: 'endless',
  nodes: [{ id: 'wait', type: 'agent.delay', params: { seconds: 3_600 } }],
  edges: [],
};
