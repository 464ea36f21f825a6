import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Arrival, EventStream } from '../event-stream.ts';
import { percentile } from '../figures.ts';
import { PIPELINE, ticking } from '../graphs.ts';
import type { Service } from '../service.ts';

/** A steady rate of events, and for how long it is watched. */
export interface Load {
  /** That are measured; a run has others. */
  readonly eventsPerSec: number;
  readonly seconds: number;
}

/** How long after their time stamps events came. */
export interface LiveFigures {
  readonly stream: 'runs' | 'feed';
  /** As they came. */
  readonly eventsPerSec: number;
  readonly events: number;
  /** Events that never came, or came twice. */
  readonly wrong: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How late a timer of the client was, 99th percentile: what the machine, and not the service, adds to each step. */
  readonly machineLateP99Ms: number;
}

const LATENESS_EVERY_MS = 5;
const NS_PER_MS = 1e6;
const TICK_SEC = 0.1;
/** A node ends and the next one begins. */
const EVENTS_A_TICK = 2;
/** Of a run, as the feed tells them: it starts, it succeeds. That it is queued is told by the process that is asked. */
const MEASURED_OF_A_RUN = ['run.started', 'run.succeeded'];
/** Until the code that is measured is compiled. */
const WARM_UP_MS = 2_000;
/** How long the last events may take. */
const PATIENCE_MS = 3_000;
const POLL_MS = 50;
const CALLERS = 8;

/** The time in which events are measured, by their time stamps. */
interface Window {
  readonly from: number;
  readonly to: number;
}

const now = (): number => performance.timeOrigin + performance.now();

function windowOf(seconds: number): Window {
  const from = now() + WARM_UP_MS;
  return { from, to: from + seconds * 1_000 };
}

/** Runs whose nodes end one by one, ten a second, and a stream of each. */
export function watchRuns(front: Service, load: Load): Promise<LiveFigures> {
  return withLateness(() => watchTicks(front, load));
}

/** Short runs that are started at a steady rate, and one stream of all runs. */
export function watchFeed(front: Service, load: Load): Promise<LiveFigures> {
  return withLateness(() => watchAll(front, load));
}

type Latencies = Omit<LiveFigures, 'machineLateP99Ms'>;

async function withLateness(measure: () => Promise<Latencies>): Promise<LiveFigures> {
  const delay = monitorEventLoopDelay({ resolution: LATENESS_EVERY_MS });
  delay.enable();
  const figures = await measure();
  delay.disable();
  return { ...figures, machineLateP99Ms: Math.max(0, delay.percentile(99) / NS_PER_MS - LATENESS_EVERY_MS) };
}

async function watchTicks(front: Service, { eventsPerSec, seconds }: Load): Promise<Latencies> {
  const runs = Math.max(1, Math.round((eventsPerSec * TICK_SEC) / EVENTS_A_TICK));
  // More than are needed: the runs are cancelled.
  const ticks = Math.ceil((seconds + (2 * WARM_UP_MS + PATIENCE_MS) / 1_000) / TICK_SEC);
  const graphId = await front.createGraph(ticking(ticks, TICK_SEC));
  const streams: EventStream[] = [];
  const runIds: string[] = [];
  const watched: Arrival[][] = [];
  try {
    for (let run = 0; run < runs; run++) {
      const runId = String((await front.post('/runs', { graph_id: graphId }))['run_id']);
      const events: Arrival[] = [];
      const stream = await front.openStream(`/runs/${runId}/stream`, (event) => events.push(event));
      await stream.untilAnswered();
      streams.push(stream);
      watched.push(events);
      runIds.push(runId);
      // So that the ticks of the runs do not fall together.
      await pause((TICK_SEC * 1_000) / runs);
    }
    const window = windowOf(seconds);
    await pause(window.to - now());
    // Events come in order: with a later one, all of them are here.
    await untilTrue(() => watched.every((events) => (events.at(-1)?.at ?? 0) > window.to));
    const wrong = watched.map((events) => events.filter(({ seq }, index) => seq !== index + 1).length);
    const isMeasured = ({ type }: Arrival): boolean => type.startsWith('node.');
    return figuresOf('runs', watched.flat().filter(isMeasured), sum(wrong), window);
  } finally {
    for (const stream of streams) stream.close();
    for (const runId of runIds) await front.post(`/runs/${runId}/cancel`, {});
  }
}

async function watchAll(front: Service, { eventsPerSec, seconds }: Load): Promise<Latencies> {
  const graphId = await front.createGraph(PIPELINE);
  const events: Arrival[] = [];
  const stream = await front.openStream('/events', (event) => {
    if (MEASURED_OF_A_RUN.includes(event.type)) events.push(event);
  });
  try {
    await stream.untilAnswered();
    const window = windowOf(seconds);
    const started = await startRuns(front, graphId, eventsPerSec / MEASURED_OF_A_RUN.length, window.to);
    await untilTrue(() => events.length >= started * MEASURED_OF_A_RUN.length);
    const wrong = Math.abs(started * MEASURED_OF_A_RUN.length - events.length);
    return figuresOf('feed', events, wrong, window);
  } finally {
    stream.close();
  }
}

/** Starts runs one after another, however long each takes, until that time. @returns how many. */
async function startRuns(front: Service, graphId: string, perSec: number, until: number): Promise<number> {
  const body = JSON.stringify({ graph_id: graphId, input: { x: 1 } });
  const begin = now();
  let started = 0;
  const caller = async (): Promise<void> => {
    const connection = await front.connect();
    try {
      for (let due = next(); due < until; due = next()) {
        await pause(Math.max(0, due - now()));
        const { status, body: answer } = await connection.request({ method: 'POST', path: '/runs', body });
        if (status > 299) throw new Error(`POST /runs answered ${status}: ${answer}`);
        started += 1;
      }
    } finally {
      connection.close();
    }
  };
  let taken = 0;
  const next = (): number => begin + (1_000 * taken++) / perSec;
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return started;
}

function figuresOf(
  stream: LiveFigures['stream'],
  events: readonly Arrival[],
  wrong: number,
  { from, to }: Window,
): Latencies {
  const latencies = events.filter(({ at }) => at >= from && at < to).map(({ latencyMs }) => latencyMs);
  return {
    stream,
    eventsPerSec: latencies.length / ((to - from) / 1_000),
    events: latencies.length,
    wrong,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    maxMs: Math.max(...latencies),
  };
}

/** Or until it has taken too long. */
async function untilTrue(condition: () => boolean): Promise<void> {
  for (const deadline = now() + PATIENCE_MS; !condition() && now() < deadline;) await pause(POLL_MS);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
