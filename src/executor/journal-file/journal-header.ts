import { z } from 'zod';
import type { AgentContract, JsonObject, KeyContract } from '../core/index.js';
import { type GraphSpec, graphSpec } from '../spec/index.js';

/** What a file with the journal of a run calls its own format. */
export const JOURNAL_FORMAT = 'wand-journal';
/** Rises when a reader of the version before would misread the file. */
export const JOURNAL_FORMAT_VERSION = 1;

/** The first record of such a file: all that replaying the entries behind it needs, wherever that is done. */
export interface JournalHeader {
  readonly runId: string;
  readonly graphId: string;
  readonly graphVersion: number;
  readonly graphName: string;
  /** As it was stored. */
  readonly graph: GraphSpec;
  /** What the agents of the graph take, by type; without those that were not registered. */
  readonly agents: ReadonlyMap<string, AgentContract>;
  /** `seq` of the last entry that the file was to hold. */
  readonly lastSeq: number;
}

const keys = z.array(z.string());
const keyContract = z.object({ open: z.boolean(), known: keys, required: keys, defaulted: keys });
const agentContract = z.object({
  params: keyContract,
  input: keyContract,
  timeout_sec: z.number().nullable().optional(),
});

/** The header as it stands in a file. Fields that a later writer adds are passed over. */
export const journalHeaderSchema = z.object({
  format: z.literal(JOURNAL_FORMAT),
  version: z.literal(JOURNAL_FORMAT_VERSION),
  run_id: z.string(),
  graph_id: z.string(),
  graph_version: z.int(),
  graph_name: z.string(),
  graph: graphSpec,
  agents: z.record(z.string(), agentContract),
  last_seq: z.int().min(0),
});

/** The record that a file begins with. */
export function toHeaderRecord(header: JournalHeader): JsonObject {
  const { runId, graphId, graphVersion, graphName, graph, agents, lastSeq } = header;
  return {
    format: JOURNAL_FORMAT,
    version: JOURNAL_FORMAT_VERSION,
    run_id: runId,
    graph_id: graphId,
    graph_version: graphVersion,
    graph_name: graphName,
    last_seq: lastSeq,
    agents: Object.fromEntries([...agents].map(([type, contract]) => [type, toAgentRecord(contract)])),
    graph: graph,
  };
}

/** The inverse of `toHeaderRecord`. */
export function toJournalHeader(record: z.output<typeof journalHeaderSchema>): JournalHeader {
  const agents = Object.entries(record.agents).map(([type, agent]): [string, AgentContract] => [
    type,
    { params: toContract(agent.params), input: toContract(agent.input), timeoutSec: agent.timeout_sec },
  ]);
  return {
    runId: record.run_id,
    graphId: record.graph_id,
    graphVersion: record.graph_version,
    graphName: record.graph_name,
    graph: record.graph,
    agents: new Map(agents),
    lastSeq: record.last_seq,
  };
}

function toAgentRecord({ params, input, timeoutSec }: AgentContract): JsonObject {
  return {
    params: toKeysRecord(params),
    input: toKeysRecord(input),
    ...(timeoutSec === undefined ? {} : { timeout_sec: timeoutSec }),
  };
}

function toKeysRecord({ open, known, required, defaulted }: KeyContract): JsonObject {
  return { open, known: [...known], required: [...required], defaulted: [...defaulted] };
}

function toContract({ open, known, required, defaulted }: z.output<typeof keyContract>): KeyContract {
  return { open, known: new Set(known), required: new Set(required), defaulted: new Set(defaulted) };
}
