import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { COMPILE_CACHE } from '../support/compile-cache.js';
import { databaseUrl } from '../support/test-database.js';

export const PACKAGE_ROOT = resolve(__dirname, '..', '..');

export interface FinishedProcess {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of `dist`, started with plain Node in a folder of its own. */
export class BuiltProcess {
  private stdout = '';
  private stderr = '';
  private readonly watchers = new Set<() => void>();
  readonly ended: Promise<FinishedProcess>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => this.receive('stdout', chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.receive('stderr', chunk));
    this.ended = new Promise((end) => {
      child.once('close', (code) => end({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The first match of `pattern` in what was written so far or will be; rejects if the process ends before. */
  async written(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((found, reject) => {
      const look = (): void => {
        const match = pattern.exec(`${this.stdout}\n${this.stderr}`);
        if (match === null) return;
        this.watchers.delete(look);
        found(match);
      };
      this.watchers.add(look);
      look();
      void this.ended.then(({ stdout, stderr }) => {
        reject(new Error(`ended without writing ${String(pattern)}\n${stdout}\n${stderr}`));
      });
    });
  }

  private receive(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this[stream] += chunk.toString();
    for (const look of this.watchers) look();
  }
}

/** What the servers of `serve` take. */
export const CLI_KEY = 'cli-e2e-key-0123456789';

/** A folder to work in, the built programs, and an end to whatever a test left running. */
export function useBuiltPrograms(): {
  readonly folder: () => string;
  readonly file: (name: string, content: unknown) => string;
  readonly start: (
    program: 'cli/wand.js' | 'main.js',
    args: readonly string[],
    env?: Record<string, string>,
  ) => BuiltProcess;
  readonly wand: (args: readonly string[], env?: Record<string, string>) => Promise<FinishedProcess>;
  /** A server on `wand.db` in the folder, listening. */
  readonly serve: (
    program?: 'cli/wand.js' | 'main.js',
    args?: readonly string[],
  ) => Promise<{ readonly url: string; readonly service: BuiltProcess }>;
} {
  let folder: string;
  const running = new Set<{ child: ChildProcess; process: BuiltProcess }>();

  beforeAll(() => {
    const built = spawnSync(process.execPath, [join(PACKAGE_ROOT, 'scripts', 'build-if-stale.mjs')], {
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(built.stderr);
  }, 120_000);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-cli-'));
  });
  afterEach(async () => {
    for (const { child, process } of running) {
      child.kill('SIGKILL');
      await process.ended;
    }
    running.clear();
    rmSync(folder, { recursive: true });
  });

  const start = (program: string, args: readonly string[], env: Record<string, string> = {}): BuiltProcess => {
    const child = spawn(process.execPath, [join(PACKAGE_ROOT, 'dist', program), ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...COMPILE_CACHE, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const built = new BuiltProcess(child);
    running.add({ child, process: built });
    return built;
  };
  const serve = async (program = 'main.js', args: readonly string[] = []) => {
    const service = start(program, args, {
      HOST: '127.0.0.1',
      PORT: '0',
      SECURITY__API_KEY: CLI_KEY,
      MONITORING__METRICS_PORT: '0',
      SECURITY__RATE_LIMIT_PER_MINUTE: '0',
      DATABASE__URL: await databaseUrl(join(folder, 'wand.db')),
    });
    const [, port] = await service.written(/listens on \S+:(\d+)/);
    return { url: `http://127.0.0.1:${String(port)}`, service };
  };
  return {
    folder: () => folder,
    file: (name, content) => {
      writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
      return name;
    },
    start,
    serve,
    wand: (args, env) => start('cli/wand.js', args, env).ended,
  };
}
