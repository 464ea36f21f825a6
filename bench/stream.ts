/**
 * How soon an event is in the stream of a client, in one process and from one process to another, and what idle processes do:
 * `npm run bench:stream [-- --seconds 20 --idle-seconds 60 --rates 20,100 --only idle,live --json bench-stream.json]`. Takes
 * POSTGRES_URL and REDIS_URL, makes databases of its own there and removes them. Figures depend on the machine: compare those of one run.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureIdle } from './live/idle-minute.ts';
import { type LiveFigures, watchFeed, watchRuns } from './live/live-events.ts';
import { setUps } from './live/set-ups.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    'idle-seconds': { type: 'string', default: '60' },
    rates: { type: 'string', default: '20,100' },
    only: { type: 'string', default: 'idle,live' },
    json: { type: 'string', default: 'bench-stream.json' },
  },
});
const seconds = Number(values.seconds);
const idleSeconds = Number(values['idle-seconds']);
const wanted = values.only.split(',');
const rates = values.rates.split(',').map(Number);
const all = setUps({
  postgres: process.env['POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  redis: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379',
});

const loadBefore = loadavg()[0] ?? Number.NaN;
const idle = wanted.includes('idle') ? await measureIdle(all, idleSeconds) : [];
const live: (LiveFigures & { readonly setUp: string })[] = [];
for (const { name, start } of wanted.includes('live') ? all : []) {
  const running = await start(false);
  try {
    for (const watch of [watchRuns, watchFeed]) {
      for (const eventsPerSec of rates) {
        const figures = { setUp: name, ...(await watch(running.front, { eventsPerSec, seconds })) };
        console.error(JSON.stringify(figures));
        live.push(figures);
      }
    }
  } finally {
    await running.stop();
  }
}
const machine = { processors: availableParallelism(), model: cpus()[0]?.model ?? 'unknown', loadBefore };
writeFileSync(values.json, `${JSON.stringify({ machine, node: process.version, idle, live }, undefined, 2)}\n`);
const ms = (value: number): string => value.toFixed(1);
if (live.length > 0) {
  console.log("From an event's time stamp to its arrival in a stream, the commit included:");
  console.table(
    live.map((figures) => ({
      'set-up': figures.setUp,
      stream: figures.stream,
      'events/s': Math.round(figures.eventsPerSec),
      events: figures.events,
      wrong: figures.wrong,
      'p50 ms': ms(figures.p50Ms),
      'p99 ms': ms(figures.p99Ms),
      'max ms': ms(figures.maxMs),
      'machine late p99 ms': ms(figures.machineLateP99Ms),
    })),
  );
}
if (idle.length > 0) {
  console.log(`An idle minute of a process, from ${idleSeconds} s:`);
  console.table(
    idle.map((figures) => ({
      'set-up': figures.setUp,
      processes: figures.processes,
      transactions: Math.round(figures.transactions),
      statements: figures.statements?.toFixed(0) ?? '',
      'Redis commands': figures.redisCommands?.toFixed(0) ?? '',
      'cpu ms': figures.cpuMs.toFixed(0),
    })),
  );
}
console.log(
  `${machine.processors} × ${machine.model}, load ${loadBefore.toFixed(1)} before; written to ${values.json}`,
);
