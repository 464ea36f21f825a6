import { DataSource } from 'typeorm';
import { POSTGRES } from '../../../src/storage/server/dialect.js';
import { type Given, type StartOptions, given } from '../../support/given.js';
import { TEST_DATABASE } from '../../support/test-database.js';
import { type Api, useApi } from '../../support/use-api.js';

export type Fields = Readonly<Record<string, unknown>>;

export interface OutputRef {
  readonly artifact: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Entry {
  readonly seq: number;
  readonly type: string;
  readonly node_id?: string;
  readonly data?: { readonly output?: unknown; readonly output_ref?: OutputRef };
}

export interface Answer {
  readonly run_id: string;
  readonly status: string;
  readonly result: { readonly outputs: Readonly<Record<string, Fields>> };
  readonly nodes: readonly Fields[];
}

export const INLINE_BYTES = 2_000;
export const MAX_BYTES = 3_000_000;

/** Two megabytes, made of nothing, well within the time that an expression may take. */
export const CHARACTERS = 2_000_000;
const EXPRESSION = '{ "n": 7, "text": ($line := $pad("", 10000, "x"); $join([1..200].($line))) }';
export const big = { id: 'big', type: 'agent.transform', params: { expression: EXPRESSION } };
export const BIG_OUTPUT = { n: 7, text: 'x'.repeat(CHARACTERS) };

export const echo = (id: string, fields: Fields = {}) => ({ id, type: 'agent.echo', ...fields });
/** A text whose output, `{"text":"…"}`, has so many bytes as JSON. */
export const textOf = (bytes: number): string => 'x'.repeat(bytes - JSON.stringify({ text: '' }).length);

export interface LargeOutputs extends Omit<Given, 'finishedRun'> {
  readonly api: Api;
  finish(body: Fields, start?: StartOptions): Promise<Answer>;
  /** The run once it has succeeded. */
  succeeded(runId: string): Promise<Answer>;
  logOf(runId: string): Promise<Entry[]>;
  /** How the journal refers to the output of a node; undefined if it holds the output itself. */
  refOf(runId: string, nodeId: string): Promise<OutputRef | undefined>;
  download(runId: string, name: string): Promise<Response>;
  /** Asks the database itself. */
  query<Row>(sql: string, ...params: readonly string[]): Promise<Row[]>;
}

/** A service whose journal holds outputs of 2 kB at most, and files 3 MB. */
export function useLargeOutputs(env: Readonly<Record<string, string>> = {}): LargeOutputs {
  const limits = {
    EXECUTION__MAX_OUTPUT_BYTES: String(INLINE_BYTES),
    EXECUTION__MAX_ARTIFACT_BYTES: String(MAX_BYTES),
  };
  const api = useApi({ env: { ...limits, ...env } });
  const { graph, run, finishedRun, runThatIs } = given(api);
  const logOf: LargeOutputs['logOf'] = async (id) => (await api.get(`/runs/${id}/logs`)).body as Entry[];
  return {
    api,
    graph,
    run,
    runThatIs,
    logOf,
    finish: async (body, start) => (await finishedRun(body, start)) as unknown as Answer,
    succeeded: async (id) => (await runThatIs('SUCCESS', id)) as unknown as Answer,
    refOf: async (id, nodeId) => {
      const refs = (await logOf(id)).filter(({ node_id }) => node_id === nodeId).map(({ data }) => data?.output_ref);
      return refs.find((ref) => ref !== undefined);
    },
    download: (id, name) => api.fetch(`/runs/${id}/artifacts/${name}`),
    query: (sql, ...params) => {
      const statement = TEST_DATABASE === 'postgres' ? POSTGRES.toDriver(sql) : sql;
      return api.service.app.get(DataSource, { strict: false }).query(statement, [...params]);
    },
  };
}
