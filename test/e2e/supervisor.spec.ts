import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../support/free-port.js';
import { MetricValues } from '../support/metric-values.js';
import { waitFor } from '../support/wait-for.js';

interface Who {
  readonly number: string;
  readonly pid: number;
}

const WORKERS = 3;

describe('A parent of workers', () => {
  const parents: Parent[] = [];
  const start = async (env: Readonly<Record<string, string>> = {}, stopWithinMs = 20_000): Promise<Parent> => {
    const parent = new Parent(await freePort(), env, stopWithinMs);
    parents.push(parent);
    return parent;
  };
  afterEach(async () => {
    for (const parent of parents.splice(0)) await parent.destroy();
  });

  it('has all of them answer on one port', async () => {
    const parent = await start();
    await parent.allWorkers();
    const answered = new Set<string>();
    await waitFor('every worker to answer', async () => {
      // Many at once: one that is busy leaves the next connection to the others.
      const burst = await Promise.all(Array.from({ length: 20 }, () => parent.ask('/')));
      burst.forEach(({ number }) => answered.add(number));
      return answered.size === WORKERS;
    });
  });

  it('starts one again that dies, by itself or by kill -9, and goes on serving', async () => {
    const parent = await start();
    const before = await parent.allWorkers();
    const { number } = await parent.ask('/die', 'POST');
    await parent.restartOf(number, before.get(number)!);
    const [other, otherPid] = [...before].find(([each]) => each !== number)!;
    process.kill(otherPid, 'SIGKILL');
    await parent.restartOf(other, otherPid);
    expect(parent.output).toMatch(/worker \d ended with code 3 after \d+ s: started again in 250 ms/);
    expect(parent.output).toMatch(/worker \d ended by SIGKILL/);
    const metrics = await parent.metrics();
    expect(metrics.of(`wand_worker_restarts_total{worker="${other}"}`)).toBe(1);
  });

  it('gives up with code 1 when a worker dies soon after each start', async () => {
    const parent = await start({ FAULT: 'soon' });
    expect(await parent.exit()).toBe(1);
    expect(parent.output).toContain('5 times in a row soon after its start: giving up, all workers stop');
    await waitFor('no worker to be left', () => parent.pids.every((pid) => !isAlive(pid)));
  });

  it('gives up at once when one ends before any was ever ready', async () => {
    const parent = await start({ FAULT: 'never-ready' });
    expect(await parent.exit()).toBe(1);
    expect(parent.output).toMatch(/worker \d ended with code 7 before any was ready: giving up/);
  });

  it('has all of them stop at SIGTERM, and ends with 0', async () => {
    const parent = await start();
    const all = await parent.allWorkers();
    parent.kill('SIGTERM');
    expect(await parent.exit()).toBe(0);
    expect([...all.values()].filter(isAlive)).toEqual([]);
  });

  it('kills those that have not stopped in time', async () => {
    const parent = await start({ FAULT: 'stubborn' }, 300);
    const all = await parent.allWorkers();
    parent.kill('SIGTERM');
    expect(await parent.exit()).toBe(1);
    expect(parent.output).toContain('workers that have not stopped within 0.3 s are killed');
    expect([...all.values()].filter(isAlive)).toEqual([]);
  });

  it('kills them at the second SIGTERM', async () => {
    const parent = await start({ FAULT: 'stubborn' });
    const all = await parent.allWorkers();
    parent.kill('SIGTERM');
    parent.kill('SIGTERM');
    // The two may arrive as one.
    await waitFor('the parent to hear the second one', () => {
      parent.kill('SIGTERM');
      return parent.hasExited;
    });
    expect([...all.values()].filter(isAlive)).toEqual([]);
  });

  it('leaves none behind when it is killed', async () => {
    const parent = await start();
    const all = await parent.allWorkers();
    parent.kill('SIGKILL');
    await parent.exit();
    await waitFor('all workers to end', () => [...all.values()].every((pid) => !isAlive(pid)));
  });

  it('tells what all of them measure, whichever is asked', async () => {
    const parent = await start();
    await parent.allWorkers();
    const asked = Array.from({ length: 4 }, () => parent.metrics());
    for (const metrics of await Promise.all(asked)) {
      expect(metrics.labelsOf('of_it')).toEqual({ 'worker="1"': 1, 'worker="2"': 2, 'worker="3"': 3 });
      expect(metrics.labelsOf('wand_worker_up')).toEqual({ 'worker="1"': 1, 'worker="2"': 1, 'worker="3"': 1 });
    }
  });

  it('has a change of one worker made by the others, and by those that start later', async () => {
    const parent = await start();
    const workers = await parent.allWorkers();
    const { number, pid } = await parent.ask('/override', 'POST');
    const followers = async () => Object.values((await parent.metrics()).labelsOf('overridden_by'));
    // The one that was asked has changed by itself.
    await waitFor('the others to follow', async () => (await followers()).filter((by) => by > 0).length === 2);
    expect(workers.get(number)).toBe(pid);
    process.kill(pid, 'SIGKILL');
    await parent.restartOf(number, pid);
    await waitFor('the one that starts later to know', async () => (await followers()).every((by) => by > 0));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** `test/support/supervised/parent.mjs` in a process of its own. */
class Parent {
  output = '';
  private readonly child: ChildProcess;
  private readonly url: string;

  constructor(port: number, env: Readonly<Record<string, string>>, stopWithinMs: number) {
    this.url = `http://127.0.0.1:${port}`;
    const args = ['test/support/supervised/parent.mjs', String(WORKERS), String(stopWithinMs)];
    this.child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'], PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
  }

  /** Of every worker that it has started. */
  get pids(): number[] {
    return [...this.output.matchAll(/is the process (\d+)/g)].map(([, pid]) => Number(pid));
  }

  /** The newest process of each worker. */
  private get workers(): Map<string, number> {
    const started = [...this.output.matchAll(/worker (\d) is the process (\d+)/g)];
    return new Map(started.map(([, number, pid]) => [number ?? '', Number(pid)]));
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async exit(): Promise<number | null> {
    if (!this.hasExited) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  /** What the worker answers that the request came to; asked again while none takes connections. */
  async ask(path: string, method = 'GET'): Promise<Who> {
    return waitFor('an answer', () =>
      fetch(this.url + path, { method, headers: { Connection: 'close' } }).then(
        async (answer) => (await answer.json()) as Who,
        () => undefined,
      ),
    );
  }

  async metrics(): Promise<MetricValues> {
    const answer = await fetch(`${this.url}/metrics`, { headers: { Connection: 'close' } });
    return new MetricValues(await answer.text());
  }

  /** The process of each worker, once all of them are up. */
  async allWorkers(): Promise<Map<string, number>> {
    await waitFor('every worker to be up', async () => {
      const metrics = await this.metrics().catch(() => undefined);
      return Object.values(metrics?.labelsOf('wand_worker_up') ?? {}).filter((up) => up === 1).length === WORKERS;
    });
    return this.workers;
  }

  /** Resolves once another process than `pid` is the worker, and all of them are up. */
  async restartOf(number: string, pid: number): Promise<void> {
    await waitFor(`worker ${number} to be another process`, () => this.workers.get(number) !== pid);
    await this.allWorkers();
  }

  async destroy(): Promise<void> {
    this.kill('SIGKILL');
    await this.exit();
    for (const pid of this.pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
}
