import { Injectable } from '@nestjs/common';
import {
  type JournalEntry,
  type Namespace,
  type NodeEvent,
  type NodeExplanation,
  type NodeStatus,
  type RunId,
  type RunStatus,
  decodeEntry,
  explainNode,
  nodeRecord,
  summariseNode,
} from '../../executor/core/index.js';
import { type FoldedRun, OutputHydrator, RunReader } from '../../executor/index.js';
import { Journal } from '../../storage/index.js';
import { NodeNotFoundError, RunNotFoundError } from '../runs.errors.js';
import { RunsService } from '../runs.service.js';

/** Entries of a node that are read at once. */
const PAGE = 1_000;

/** Why a node stands where it stands, in one sentence. */
export interface NodeAtAGlance {
  readonly id: string;
  readonly status: NodeStatus;
  readonly summary: string;
}

/** What is explained, and of which run. */
export interface Explained<What> {
  readonly runId: RunId;
  readonly status: RunStatus;
  readonly explanation: What;
}

/** Explains runs from their journals alone. */
@Injectable()
export class RunExplainer {
  constructor(
    private readonly runs: RunsService,
    private readonly reader: RunReader,
    private readonly journal: Journal,
    private readonly outputs: OutputHydrator,
  ) {}

  /** Every node in a sentence, in spec order. @throws {RunNotFoundError} */
  async explainRun(namespace: Namespace, id: string): Promise<Explained<readonly NodeAtAGlance[]>> {
    const { runId, plan, state } = await this.fold(namespace, id);
    const explanation = plan.nodes.map((node) => ({
      id: node.definition.id,
      status: nodeRecord(state, node.index).state.status,
      summary: summariseNode(plan, state, node),
    }));
    return { runId, status: state.status, explanation };
  }

  /** @throws {RunNotFoundError | NodeNotFoundError} */
  async explainNode(namespace: Namespace, id: string, nodeId: string): Promise<Explained<NodeExplanation>> {
    const { runId } = await this.runs.find(namespace, id);
    // Read before the state is folded, which is then at least as new: an attempt is never shown whose node has not begun.
    const events = await this.eventsOf(runId, nodeId);
    const { plan, state } = await this.fold(namespace, id);
    const index = plan.indexOf.get(nodeId);
    const node = index === undefined ? undefined : plan.nodes[index];
    if (node === undefined) throw new NodeNotFoundError(runId, nodeId);
    return { runId, status: state.status, explanation: explainNode(plan, state, node, events) };
  }

  private async fold(namespace: Namespace, id: string): Promise<FoldedRun & { readonly runId: RunId }> {
    const { runId } = await this.runs.find(namespace, id);
    const folded = await this.reader.read(runId);
    if (folded === undefined) throw new RunNotFoundError(id);
    return { runId, ...folded };
  }

  private async eventsOf(runId: RunId, nodeId: string): Promise<NodeEvent[]> {
    const events: NodeEvent[] = [];
    let page: JournalEntry[];
    let afterSeq = 0;
    do {
      page = await this.journal.read(runId, { afterSeq, limit: PAGE, nodeId, minLevel: 'info' });
      for (const entry of await this.outputs.hydrate(runId, page)) {
        if (entry.type !== 'node.log') events.push(decodeEntry(entry) as NodeEvent);
      }
      afterSeq = page.at(-1)?.seq ?? afterSeq;
    } while (page.length === PAGE);
    return events;
  }
}
