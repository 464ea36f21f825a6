import cluster from 'node:cluster';
import type { FromWorker, ToWorker } from './messages.js';

export interface WorkerLinkOptions {
  /** What this process measures, in the text format of Prometheus. */
  readonly ownMetrics: () => Promise<string>;
  /** The configuration of another worker was changed by a request. */
  readonly onOverride: (texts: ReadonlyMap<string, string | null>) => void;
}

/** How long to wait for what all of them measure, in milliseconds. */
const METRICS_WITHIN_MS = 5_000;

/** A worker's end of the line to its parent. */
export class WorkerLink {
  private readonly asked = new Map<number, (text: string) => void>();
  private lastId = 0;

  constructor(private readonly options: WorkerLinkOptions) {
    process.on('message', (message: ToWorker) => void this.hear(message));
  }

  /** Tells that this process has started and answers. */
  ready(): void {
    this.tell({ kind: 'ready' });
  }

  /** Has the other workers change their configuration too. */
  override(texts: ReadonlyMap<string, string | null>): void {
    this.tell({ kind: 'override', texts: [...texts] });
  }

  /** What all workers measure. @throws {Error} if the parent does not answer. */
  metrics(): Promise<string> {
    const id = (this.lastId += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.asked.delete(id);
        reject(new Error('the parent of the workers does not say what they measure'));
      }, METRICS_WITHIN_MS);
      this.asked.set(id, (text) => {
        clearTimeout(timer);
        this.asked.delete(id);
        resolve(text);
      });
      this.tell({ kind: 'ask-metrics', id });
    });
  }

  private async hear(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'ping':
        this.tell({ kind: 'pong' });
        break;
      case 'ask-own-metrics':
        this.tell({ kind: 'own-metrics', id: message.id, text: await this.options.ownMetrics() });
        break;
      case 'metrics':
        this.asked.get(message.id)?.(message.text);
        break;
      case 'override':
        this.options.onOverride(new Map(message.texts));
        break;
    }
  }

  private tell(message: FromWorker): void {
    // A parent that has gone is noticed elsewhere.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  }
}

/** Calls `onGone` when the parent is there no more; a worker would end at once by itself. */
export function whenParentIsGone(onGone: () => void): void {
  // Or else Node ends a worker whose parent has gone on the spot.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
  process.once('disconnect', onGone);
  if (!process.connected) onGone();
}
