/**
 * What a request costs before and after its handler: `npm run bench:requests [-- --base <commit>]`. One caller, one request at a time, the services in turns so that a slow moment of the machine hits all of them; p50 and p99 in microseconds.
 */
import { parseArgs } from 'node:util';
import { checkOutBase } from './base-checkout.ts';
import { closedLoop } from './closed-loop.ts';
import type { RequestParts } from './connection.ts';
import { percentile } from './figures.ts';
import { PIPELINE } from './graphs.ts';
import { bareNest } from './limits/bare-nest-process.ts';
import { Service } from './service.ts';

const TURNS = 8;
const REQUESTS_PER_TURN = 1_500;

interface Subject {
  readonly name: string;
  readonly request: RequestParts;
  readonly ask: (request: RequestParts) => Promise<number>;
  /** In milliseconds. */
  readonly latencies: number[];
}

const { values } = parseArgs({ options: { base: { type: 'string' } } });
/** Limits are counted and never reached. */
const env = { SECURITY__RATE_LIMIT_PER_MINUTE: '1000000' };

const base = values.base === undefined ? undefined : checkOutBase(values.base);
const bare = await bareNest();
const services = [{ label: 'current tree', service: await Service.start({ env }) }];
if (base !== undefined)
  services.unshift({ label: base.commit, service: await Service.start({ root: base.root, env }) });
try {
  const subjects = [await bareSubject(), ...(await Promise.all(services.map(subjectsOf))).flat()];
  // The first turn is left out: the code is being compiled.
  for (let turn = 0; turn <= TURNS; turn++) {
    for (const subject of subjects) {
      const { latencies } = await closedLoop({ inFlight: 1, total: REQUESTS_PER_TURN }, () => once(subject));
      if (turn > 0) subject.latencies.push(...latencies);
    }
  }
  console.table(subjects.map(toRow));
} finally {
  for (const { service } of services) await service.stop();
  bare.stop();
  base?.remove();
}

async function bareSubject(): Promise<Subject> {
  const connection = await bare.connect();
  const request: RequestParts = { method: 'POST', path: '/runs', body: '{}' };
  const ask = async (parts: RequestParts): Promise<number> => (await connection.request(parts)).status;
  return { name: 'a Nest application without any middleware', request, ask, latencies: [] };
}

async function subjectsOf({ label, service }: { label: string; service: Service }): Promise<Subject[]> {
  const graphId = await service.createGraph(PIPELINE);
  const connection = await service.connect();
  const ask = async (parts: RequestParts): Promise<number> => (await connection.request(parts)).status;
  const requests: RequestParts[] = [
    { method: 'GET', path: '/health/live' },
    { method: 'GET', path: `/graphs/${graphId}` },
    { method: 'POST', path: '/graphs/validate', body: JSON.stringify(PIPELINE) },
  ];
  return requests.map((request) => ({
    name: `${request.method} ${request.path.replace(graphId, '{graph_id}')}, ${label}`,
    request,
    ask,
    latencies: [],
  }));
}

async function once({ name, request, ask }: Subject): Promise<void> {
  const status = await ask(request);
  if (status > 299) throw new Error(`${name} answered ${status}`);
}

function toRow({ name, latencies }: Subject): Record<string, string | number> {
  const us = (share: number): number => Math.round(percentile(latencies, share) * 1_000);
  return { request: name, 'p50 µs': us(0.5), 'p99 µs': us(0.99), requests: latencies.length };
}
