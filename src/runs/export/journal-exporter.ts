import { Injectable } from '@nestjs/common';
import {
  type AgentContract,
  type JournalEntry,
  type JsonObject,
  type Namespace,
  type RunId,
} from '../../executor/core/index.js';
import { type GraphSpec, OutputHydrator, toHeaderRecord } from '../../executor/index.js';
import { PluginRegistry } from '../../plugins/index.js';
import { GraphRepository, Journal, type StoredRun } from '../../storage/index.js';
import { toLogDto } from '../dto/to-run-dto.js';
import { RunNotFoundError } from '../runs.errors.js';
import { RunsService } from '../runs.service.js';

/** Entries read from the journal at once, and the size of their texts. */
const PAGE = 500;
const TEXT_CHARS = 262_144;

/** The journal of a run as a file. */
export interface JournalFile {
  readonly runId: RunId;
  /** Whole lines, some at a time; those of a run that goes on end with the entry that was the last when it was asked for. */
  readonly lines: AsyncIterable<string>;
}

/** Turns journals into files that need nothing besides to be replayed. */
@Injectable()
export class JournalExporter {
  constructor(
    private readonly runs: RunsService,
    private readonly journal: Journal,
    private readonly graphs: GraphRepository,
    private readonly registry: PluginRegistry,
    private readonly outputs: OutputHydrator,
  ) {}

  /**
   * @throws {RunNotFoundError} also while the lines are read, if the run is removed meanwhile.
   * @throws {CorruptJournalError} while they are read, if the file of a large output is damaged.
   */
  async export(namespace: Namespace, id: string): Promise<JournalFile> {
    const run = await this.runs.find(namespace, id);
    const version = await this.graphs.findVersion(namespace, run.graphId, run.graphVersion);
    if (version === undefined) throw new RunNotFoundError(id);
    const header = this.headerOf(run, JSON.parse(version.specJson) as GraphSpec);
    return { runId: run.runId, lines: this.lines(run, header) };
  }

  private async *lines(run: StoredRun, header: JsonObject): AsyncGenerator<string> {
    let text = lineOf(header);
    for await (const entry of this.entries(run)) {
      text += lineOf(toLogDto(entry));
      if (text.length < TEXT_CHARS) continue;
      yield text;
      text = '';
    }
    if (text !== '') yield text;
  }

  /** Large outputs are put back one at a time: a page of them may be larger than the memory. */
  private async *entries({ runId, lastSeq }: StoredRun): AsyncGenerator<JournalEntry> {
    for (let seq = 0; seq < lastSeq;) {
      const page = await this.readPage(runId, seq, lastSeq);
      if (page.length === 0) throw new RunNotFoundError(runId);
      for (const entry of page) {
        yield* await this.outputs.hydrate(runId, [entry]);
        seq = entry.seq;
      }
    }
  }

  private readPage(runId: RunId, afterSeq: number, lastSeq: number): Promise<JournalEntry[]> {
    return this.journal.read(runId, { afterSeq, limit: Math.min(PAGE, lastSeq - afterSeq), maxChars: TEXT_CHARS });
  }

  private headerOf({ runId, graphId, graphVersion, graphName, lastSeq }: StoredRun, graph: GraphSpec): JsonObject {
    const agents = this.agentsOf(graph);
    return toHeaderRecord({ runId, graphId, graphVersion, graphName, graph, agents, lastSeq });
  }

  private agentsOf({ nodes }: GraphSpec): Map<string, AgentContract> {
    const agents = new Map<string, AgentContract>();
    for (const { type } of nodes) {
      const contract = this.registry.contract(type);
      if (contract !== undefined) agents.set(type, contract);
    }
    return agents;
  }
}

function lineOf(record: JsonObject): string {
  return `${JSON.stringify(record)}\n`;
}
