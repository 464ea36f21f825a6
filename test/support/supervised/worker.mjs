/** Answers on PORT with its number and process id; does on POST what the path says. FAULT makes it fail by itself. */
import { createServer } from 'node:http';
import { WorkerLink, whenParentIsGone } from '../../../dist/supervisor/worker-link.js';

const { WAND_WORKER_NUMBER: number, PORT, FAULT } = process.env;
if (FAULT === 'never-ready') process.exit(7);

const overrides = {};
const link = new WorkerLink({
  ownMetrics: async () =>
    `# TYPE of_it gauge\nof_it ${number}\n# TYPE overridden_by gauge\noverridden_by ${overrides['A'] ?? 0}\n`,
  onOverride: (texts) => Object.assign(overrides, Object.fromEntries(texts)),
});
const deeds = {
  '/die': () => process.exit(3),
  '/override': () => link.override(new Map([['A', number]])),
};
const server = createServer(async (request, response) => {
  if (request.method === 'GET' && request.url === '/metrics') return response.end(await link.metrics());
  response.shouldKeepAlive = false;
  response.end(JSON.stringify({ number, pid: process.pid }));
  if (request.method === 'POST') response.on('finish', deeds[request.url]);
});

const stop = () => server.close(() => process.exit(0));
if (FAULT !== 'stubborn') process.once('SIGTERM', stop);
else process.on('SIGTERM', () => undefined);
whenParentIsGone(stop);
server.listen(Number(PORT), '127.0.0.1', () => {
  link.ready();
  if (FAULT === 'soon') setTimeout(() => process.exit(3), 20);
});
