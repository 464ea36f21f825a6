/**
 * What a request costs before and after its handler: `npm run bench:requests [-- --base <commit>] [--turns 40]`. One caller,
 * one request at a time, the services in turns so that a slow moment of the machine hits all of them. Of the processor time
 * the least turn is the one to compare: whatever else the machine does can only add to it.
 */
import { parseArgs } from 'node:util';
import { checkOutBase } from './base-checkout.ts';
import { closedLoop } from './closed-loop.ts';
import type { Connection, RequestParts } from './connection.ts';
import { percentile } from './figures.ts';
import { PIPELINE } from './graphs.ts';
import { bareNest } from './limits/bare-nest-process.ts';
import { cpuSecondsOfThreads } from './process-usage.ts';
import { Service } from './service.ts';

const REQUESTS_PER_TURN = 300;
/** The code is being compiled in them. */
const TURNS_LEFT_OUT = 10;

interface Subject {
  readonly name: string;
  readonly tree: string;
  readonly pid: number;
  readonly connect: () => Promise<Connection>;
  readonly request: RequestParts;
  /** In milliseconds. */
  readonly latencies: number[];
  /** Of the service in each turn, in microseconds per request. */
  readonly cpu: number[];
}

const { values } = parseArgs({ options: { base: { type: 'string' }, turns: { type: 'string', default: '40' } } });
/** Requests are counted, and so many that the limit is never reached. */
const env = { SECURITY__RATE_LIMIT_PER_MINUTE: '1000000' };

const base = values.base === undefined ? undefined : checkOutBase(values.base);
const bare = await bareNest();
const services: { readonly tree: string; readonly service: Service }[] = [];
try {
  if (base !== undefined) services.push({ tree: base.commit, service: await Service.start({ root: base.root, env }) });
  services.push({ tree: 'current tree', service: await Service.start({ env }) });
  const asked = await Promise.all(services.map(subjectsOf));
  // The same request of each tree, one below the other.
  const pairs = (asked[0] ?? []).flatMap((_, index) => asked.flatMap((subjects) => subjects[index] ?? []));
  const subjects = [bareSubject(), ...pairs];
  for (let turn = 0; turn < TURNS_LEFT_OUT + Number(values.turns); turn++) {
    // Each of them goes first in every other turn.
    for (const subject of turn % 2 === 0 ? subjects : subjects.toReversed()) {
      await take(subject, turn >= TURNS_LEFT_OUT);
    }
  }
  console.table(subjects.map(toRow));
} finally {
  for (const { service } of services) await service.stop();
  bare.stop();
  base?.remove();
}

function bareSubject(): Subject {
  const request: RequestParts = { method: 'POST', path: '/runs', body: '{}' };
  const { pid, connect } = bare;
  return { name: 'POST, no middleware', tree: 'bare Nest', pid, connect, request, latencies: [], cpu: [] };
}

async function subjectsOf({ tree, service }: { tree: string; service: Service }): Promise<Subject[]> {
  const graphId = await service.createGraph(PIPELINE);
  const requests: RequestParts[] = [
    { method: 'GET', path: '/health/live' },
    { method: 'GET', path: `/graphs/${graphId}` },
    { method: 'POST', path: '/graphs/validate', body: JSON.stringify(PIPELINE) },
    { method: 'POST', path: '/runs?wait=60', body: JSON.stringify({ graph_id: graphId, input: { x: 1 } }) },
  ];
  return requests.map((request) => ({
    name: `${request.method} ${request.path.replace(graphId, '{graph_id}')}`,
    tree,
    pid: service.pid,
    connect: () => service.connect(),
    request,
    latencies: [],
    cpu: [],
  }));
}

async function take(subject: Subject, counts: boolean): Promise<void> {
  const { name, tree, pid, request } = subject;
  // For this turn alone: no server keeps one open for as long as the turns of the others take.
  const connection = await subject.connect();
  const before = cpuSecondsOfThreads(pid) ?? Number.NaN;
  const { latencies } = await closedLoop({ inFlight: 1, total: REQUESTS_PER_TURN }, async () => {
    const { status } = await connection.request(request);
    if (status > 299) throw new Error(`${name}, ${tree}, answered ${status}`);
  });
  connection.close();
  if (!counts) return;
  subject.latencies.push(...latencies);
  subject.cpu.push((((cpuSecondsOfThreads(pid) ?? Number.NaN) - before) / REQUESTS_PER_TURN) * 1e6);
}

function toRow({ name, tree, latencies, cpu }: Subject): Record<string, string | number> {
  const us = (share: number): number => Math.round(percentile(latencies, share) * 1_000);
  return {
    request: name,
    tree,
    'p50 µs': us(0.5),
    'p99 µs': us(0.99),
    'cpu µs, least turn': Math.round(Math.min(...cpu)),
    'cpu µs, median': Math.round(percentile(cpu, 0.5)),
    requests: latencies.length,
  };
}
