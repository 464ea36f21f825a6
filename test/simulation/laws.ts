import {
  type EdgeDefinition,
  type JournalEntry,
  type NodeDefinition,
  type RunSettings,
  INPUT_SOURCE,
} from '../../src/executor/core/index.js';

/** What the laws are about, besides the journal. */
export interface Subject {
  readonly nodes: readonly NodeDefinition[];
  readonly edges: readonly EdgeDefinition[];
  readonly settings: RunSettings;
}

const ENDS_NODE: readonly string[] = ['node.reused', 'node.succeeded', 'node.failed', 'node.skipped', 'node.cancelled'];
const ENDS_ATTEMPT: readonly string[] = [...ENDS_NODE, 'node.retrying', 'node.interrupted'];
const ENDS_RUN: readonly string[] = ['run.succeeded', 'run.failed', 'run.cancelled'];

/** Reads a journal from its first row to its last and notes each breach of what holds for every run. */
class LawBook {
  readonly breaches: string[] = [];
  private readonly ended = new Set<string>();
  private readonly running = new Set<string>();
  private readonly started = new Map<string, number>();
  private readonly interrupted = new Map<string, number>();
  /** Until when a node waits before its next attempt. */
  private readonly waits = new Map<string, number>();
  private readonly definitions: ReadonlyMap<string, NodeDefinition>;
  private readonly sources: ReadonlyMap<string, readonly string[]>;
  private progress = 0;
  private isCancelling = false;
  private hasBegun = false;
  private end: string | null = null;

  constructor(private readonly subject: Subject) {
    const { nodes, edges } = subject;
    this.definitions = new Map(nodes.map((node) => [node.id, node]));
    const sources = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
    for (const { from, to } of edges) if (from !== INPUT_SOURCE) sources.get(to)?.push(from);
    this.sources = sources;
  }

  read(entries: readonly JournalEntry[]): void {
    entries.forEach((entry, index) => {
      const { type, nodeId, seq } = entry;
      if (seq !== index + 1) this.breach(entry, `stands at place ${index + 1}`);
      if (this.end !== null) this.breach(entry, `comes after ${this.end}`);
      if (nodeId !== null) this.readNodeEntry(entry, nodeId);
      if (type === 'run.cancel_requested') this.isCancelling = true;
      this.hasBegun ||= type !== 'run.queued' && type !== 'node.reused';
      this.readProgress(entry);
      if (ENDS_RUN.includes(type)) this.end = type;
    });
    if (this.end === null) this.breaches.push('the run has no end');
    if (this.isCancelling && this.end !== 'run.cancelled')
      this.breaches.push(`cancel was asked, then ${String(this.end)}`);
    for (const { id } of this.subject.nodes) if (!this.ended.has(id)) this.breaches.push(`${id} has no end`);
  }

  private readNodeEntry(entry: JournalEntry, nodeId: string): void {
    const { type, attempt } = entry;
    const isWarning = type === 'node.log' && attempt === 0;
    if (isWarning) return;
    if (this.ended.has(nodeId)) this.breach(entry, 'comes after the end of its node');
    const isFirst = !this.started.has(nodeId);
    const pending = (this.sources.get(nodeId) ?? []).filter((source) => !this.ended.has(source));
    const decides = type === 'node.started' || (type !== 'node.reused' && ENDS_NODE.includes(type));
    if (type === 'node.reused' && this.hasBegun) this.breach(entry, 'came after the run had begun');
    if (isFirst && decides && pending.length > 0 && !this.isBeforeStart) {
      this.breach(entry, `came before the end of ${pending.join(', ')}`);
    }
    if (type === 'node.started') this.readStart(entry, nodeId);
    if (type === 'node.retrying') this.waits.set(nodeId, Number(entry.data?.['due_at']));
    if (type === 'node.interrupted') this.count(this.interrupted, nodeId);
    if (ENDS_ATTEMPT.includes(type)) this.running.delete(nodeId);
    if (ENDS_NODE.includes(type)) this.ended.add(nodeId);
  }

  private get isBeforeStart(): boolean {
    return this.started.size === 0 && this.isCancelling;
  }

  private readStart(entry: JournalEntry, nodeId: string): void {
    const { concurrency, maxRetries } = this.subject.settings;
    const definition = this.definitions.get(nodeId);
    if (this.isCancelling && definition?.alwaysOnCancel !== true) this.breach(entry, 'came after cancel was asked');
    if (entry.ts < (this.waits.get(nodeId) ?? 0)) this.breach(entry, 'came before its wait was over');
    if (this.running.has(nodeId)) this.breach(entry, 'came while an attempt was under way');
    this.running.add(nodeId);
    if (this.running.size > concurrency) this.breach(entry, `made ${this.running.size} attempts at once`);
    const starts = this.count(this.started, nodeId);
    if (starts !== entry.attempt) this.breach(entry, `is the attempt ${starts}, not ${String(entry.attempt)}`);
    const allowed = 1 + (definition?.retries ?? maxRetries) + (this.interrupted.get(nodeId) ?? 0);
    if (starts > allowed) this.breach(entry, `is more than the ${allowed} attempts allowed`);
  }

  private readProgress(entry: JournalEntry): void {
    const { progress, type } = entry;
    if (progress === null) return;
    if (progress < this.progress) this.breach(entry, `lowers progress from ${this.progress} to ${progress}`);
    if ((progress === 100) !== (type === 'run.succeeded')) this.breach(entry, `has progress ${progress}`);
    const share = Math.floor((100 * this.ended.size) / this.subject.nodes.length);
    if (type !== 'run.succeeded' && progress !== Math.min(99, share)) this.breach(entry, `has progress ${progress}`);
    this.progress = progress;
  }

  private count(counts: Map<string, number>, nodeId: string): number {
    const next = (counts.get(nodeId) ?? 0) + 1;
    counts.set(nodeId, next);
    return next;
  }

  private breach({ seq, type, nodeId }: JournalEntry, what: string): void {
    this.breaches.push(`${seq} ${type} ${nodeId ?? ''} ${what}`);
  }
}

/** What in this journal no run may ever show; empty when all is well. */
export function breachesOf(subject: Subject, entries: readonly JournalEntry[]): readonly string[] {
  const book = new LawBook(subject);
  book.read(entries);
  return book.breaches;
}
