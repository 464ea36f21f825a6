import type { Worker } from 'node:cluster';
import type { ToWorker } from './messages.js';
import { type WorkerMetrics, mergeMetrics } from './merge-metrics.js';

/** A worker that has not answered by then is left out, in milliseconds. */
const ANSWER_WITHIN_MS = 2_000;

interface WorkerPlace {
  readonly number: number;
  readonly worker: Worker | undefined;
  readonly restarts: number;
}

/** What is being asked. */
interface Question {
  readonly pages: WorkerMetrics[];
  readonly awaited: Set<number>;
  readonly done: () => void;
}

/** Brings together what all workers measure. However many ask at once, the workers are asked once at a time. */
export class MetricsGathering {
  private readonly questions = new Map<number, Question>();
  private lastId = 0;
  private asking: Promise<string> | undefined;

  constructor(private readonly places: () => readonly WorkerPlace[]) {}

  /** In the text format of Prometheus. */
  gather(): Promise<string> {
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  /** What a worker answers; too late, it changes nothing. */
  take(id: number, worker: number, text: string): void {
    const question = this.questions.get(id);
    if (question?.awaited.delete(worker) !== true) return;
    question.pages.push({ worker, text });
    if (question.awaited.size === 0) question.done();
  }

  private async ask(): Promise<string> {
    const id = (this.lastId += 1);
    const asked = this.places().flatMap(({ number, worker }) =>
      worker?.isConnected() === true ? [{ number, worker }] : [],
    );
    const pages: WorkerMetrics[] = [];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ANSWER_WITHIN_MS);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.questions.set(id, { pages, awaited: new Set(asked.map(({ number }) => number)), done });
      const question: ToWorker = { kind: 'ask-own-metrics', id };
      for (const { worker } of asked) worker.send(question, () => undefined);
      if (asked.length === 0) done();
    });
    this.questions.delete(id);
    pages.sort((left, right) => left.worker - right.worker);
    return `${mergeMetrics(pages)}\n${this.ownPage(new Set(pages.map(({ worker }) => worker)))}`;
  }

  private ownPage(answered: ReadonlySet<number>): string {
    const places = this.places();
    return [
      '# HELP wand_worker_up Whether the worker told what it measures; it is absent from all other metrics when not.',
      '# TYPE wand_worker_up gauge',
      ...places.map(({ number }) => `wand_worker_up{worker="${number}"} ${answered.has(number) ? 1 : 0}`),
      '',
      '# HELP wand_worker_restarts_total How often the worker ended and was started again.',
      '# TYPE wand_worker_restarts_total counter',
      ...places.map(({ number, restarts }) => `wand_worker_restarts_total{worker="${number}"} ${restarts}`),
      '',
    ].join('\n');
  }
}
