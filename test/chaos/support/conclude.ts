import { waitFor } from '../../support/wait-for.js';
import { violationsOf } from '../checks/violations-of.js';
import type { AgentServer } from './agent-server.js';
import type { ChaosClient, ChaosTarget } from './chaos-client.js';
import { type Evidence, ROUND_LABEL, type Rows, type RunAnswer, readRows } from './evidence.js';
import { readServerRows } from './server-rows.js';
import type { History } from './history.js';
import type { ExpectedEnd } from './mixed-graphs.js';

const ALL_ENDED_WITHIN_MS = 90_000;

export interface Concluded {
  readonly client: ChaosClient;
  readonly target: ChaosTarget;
  readonly history: History;
  readonly agents: AgentServer;
  /** A file of SQLite, or the URL of a database of PostgreSQL. */
  readonly database: string;
  readonly round: string;
  readonly expected?: ReadonlyMap<string, ExpectedEnd>;
}

/** Waits until every run of the round has ended, then gathers the evidence and has it checked. */
export async function conclude(
  round: Concluded,
): Promise<{ readonly violations: readonly string[]; readonly evidence: Evidence }> {
  const evidence = await gather(round);
  return { violations: violationsOf(evidence), evidence };
}

async function gather({ client, target, history, agents, database, round, expected }: Concluded): Promise<Evidence> {
  await allEnded(target, round);
  const rows = await rowsIn(database, round);
  const answers: RunAnswer[] = [];
  for (const { run_id } of rows.runs) {
    const answer = await client.ask({ method: 'GET', path: `/runs/${run_id}` });
    if (answer?.status === 200) answers.push(answer.body as RunAnswer);
  }
  return { history: history.lines, calls: agents.calls, ...rows, answers, expected: expected ?? new Map() };
}

const rowsIn = (database: string, round: string): Rows | Promise<Rows> =>
  database.startsWith('postgres://') ? readServerRows(database, round) : readRows(database, round);

/** Resolves when every run of the round has ended, whatever happens to the process meanwhile. */
export async function allEnded(target: ChaosTarget, round: string): Promise<void> {
  const path = `/runs?label=${ROUND_LABEL}:${round}&status=PENDING,RUNNING&limit=1`;
  const hasEnded = async (): Promise<boolean> => {
    const service = await target.up();
    return service.json<{ items: readonly unknown[] }>(path).then(
      ({ items }) => items.length === 0,
      () => false,
    );
  };
  await waitFor(`every run of round ${round} to end`, hasEnded, ALL_ENDED_WITHIN_MS);
}
