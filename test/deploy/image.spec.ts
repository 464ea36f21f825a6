import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { CONFIG_KEYS } from '../../src/config/schema/schema.js';
import { API_KEY } from '../support/built-service.js';
import { freePort } from '../support/free-port.js';
import { waitFor } from '../support/wait-for.js';
import { type Stage, copiesOf, stagesOf, textsOf, variablesOf } from './support/dockerfile.js';
import { MODES, environmentOf, overlay, workloads } from './support/manifests.js';

const [build, image] = stagesOf('Dockerfile');
if (build === undefined || image === undefined) throw new Error('the Dockerfile has not two stages');
/** The user `node` of the base image. */
const NODE_USER = 1000;
const START_WITHIN_MS = 60_000;
const isRoot = process.getuid?.() === 0;
const commandOf = (stage: Stage, name: string): string[] => JSON.parse(textsOf(stage, name)[0] ?? '[]') as string[];

/** Copies without copying, where both are on one file system. */
function link(from: string, to: string): void {
  if (spawnSync('cp', ['-al', from, to]).status !== 0) execFileSync('cp', ['-a', from, to]);
}

describe('the Dockerfile', () => {
  it('is sound', () => {
    expect(validate(readFileSync('Dockerfile', 'utf8'))).toEqual([]);
  });

  it('builds on one base, of the version that is developed with', () => {
    const node = readFileSync('.nvmrc', 'utf8').trim();
    expect([build.base, image.base]).toEqual([`node:${node}-slim`, `node:${node}-slim`]);
  });

  it('copies what is there, and what .dockerignore lets through', () => {
    const let_through = readFileSync('.dockerignore', 'utf8').split('\n');
    const sources = [build, image]
      .flatMap(copiesOf)
      .flatMap(({ from, sources }) => (from === undefined ? sources : []));
    expect(sources.map((source) => source.replace('./', '')).filter((source) => !existsSync(source))).toEqual([]);
    expect(sources.filter((source) => !let_through.includes(`!${source.replace('./', '')}`))).toEqual([]);
    expect(let_through[0]?.startsWith('#') === true ? let_through[1] : let_through[0]).toBe('*');
  });

  it('ends as a user that is not root, with nothing done after', () => {
    const after = image.instructions.slice(image.instructions.findIndex(({ name }) => name === 'USER') + 1);
    expect(textsOf(image, 'USER')).toEqual(['node']);
    expect(after.map(({ name }) => name)).toEqual(['EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD']);
  });

  it('sets no secret, and nothing that a deployment may give as a file', () => {
    const names = Object.keys(variablesOf(image));
    const known = new Set([...CONFIG_KEYS.map(({ env }) => env), 'NODE_ENV', 'MALLOC_ARENA_MAX']);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    expect(CONFIG_KEYS.filter(({ env, secret }) => secret && names.includes(env))).toEqual([]);
    const asFiles = MODES.flatMap((mode) => workloads(overlay(mode)))
      .flatMap((workload) => Object.keys(environmentOf(workload)))
      .filter((name) => name.endsWith('_FILE'))
      .map((name) => name.replace(/_FILE$/, ''));
    expect(asFiles).toContain('DATABASE__URL');
    expect(asFiles.filter((name) => names.includes(name))).toEqual([]);
  });

  it('exposes the ports that the manifests name', () => {
    const ports = workloads(overlay('fleet')).flatMap(({ container }) => container.ports ?? []);
    const exposed = new Set(textsOf(image, 'EXPOSE').flatMap((text) => text.split(' ').map(Number)));
    expect(new Set(ports.map(({ containerPort }) => containerPort))).toEqual(exposed);
  });
});

/**
 * What `docker build` would make of the Dockerfile, in a folder: its instructions are carried out with `/` standing for that folder.
 * Packages are not installed again, but linked from where they are, since what is tested here are the steps after it.
 */
describe('what is built by the Dockerfile', () => {
  let folder: string;
  let service: ChildProcess | undefined;
  let log = '';
  let port: number;

  const within = (text: string): string => text.replaceAll(/(?<=^|[\s"'])\/(?=(?:app|data|usr)\b)/g, `${folder}/`);
  const environment = (): NodeJS.ProcessEnv => ({
    ...variablesOf(image),
    PATH: [dirname(process.execPath), process.env['PATH']].join(':'),
    HOST: '127.0.0.1',
    PORT: String(port),
    MONITORING__METRICS_PORT: '0',
    DATABASE__URL: `sqlite:///${folder}/data/wand.db`,
    SECURITY__API_KEY: API_KEY,
  });
  const asNodeUser = isRoot ? { uid: NODE_USER, gid: NODE_USER } : {};

  function carryOut(stage: Stage, root: string): void {
    const app = join(root, 'app');
    mkdirSync(app, { recursive: true });
    for (const { name, text } of stage.instructions) {
      if (name === 'COPY') {
        const [copy] = copiesOf({ ...stage, instructions: [{ name, text }] });
        for (const source of copy?.sources ?? []) {
          const from = copy?.from === undefined ? source : join(folder, 'build', source);
          const to = join(app, copy?.target ?? '');
          link(from, copy?.target === './' ? app : to);
        }
      } else if (name === 'RUN') {
        run(text, app);
      }
    }
  }

  function run(command: string, cwd: string): void {
    if (command === 'npm ci') {
      link('node_modules', cwd);
      // npm writes it in place, which would change the one that it is linked to.
      rmSync(join(cwd, 'node_modules/.package-lock.json'), { force: true });
      return;
    }
    const owner = isRoot ? `chown ${NODE_USER}:${NODE_USER}` : 'true';
    const { status, stderr } = spawnSync('sh', ['-ec', within(command).replace('chown node:node', owner)], {
      cwd,
      encoding: 'utf8',
      env: { PATH: environment().PATH, HOME: process.env['HOME'] },
    });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-image-'));
    port = await freePort();
    execFileSync('chmod', ['755', folder]);
    mkdirSync(join(folder, 'usr/local/bin'), { recursive: true });
    carryOut(build, join(folder, 'build'));
    carryOut(image, folder);
    const command = [...commandOf(image, 'ENTRYPOINT'), ...commandOf(image, 'CMD')].map(within);
    service = spawn(command[0] ?? '', command.slice(1), {
      cwd: join(folder, 'app'),
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...asNodeUser,
    });
    for (const stream of [service.stdout, service.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
    }
    await waitFor(
      'the service to be ready',
      () => {
        if (service?.exitCode !== null) throw new Error(`it has ended: ${log}`);
        return fetch(`http://127.0.0.1:${port}/health/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
      },
      START_WITHIN_MS,
    );
  });

  afterAll(async () => {
    if (service !== undefined && service.exitCode === null && service.signalCode === null) {
      const exit = once(service, 'exit');
      service.kill('SIGKILL');
      await exit;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts without what development needs', async () => {
    expect(existsSync(join(folder, 'app/node_modules/jest'))).toBe(false);
    expect(existsSync(join(folder, 'app/src'))).toBe(false);
    await waitFor('a line of the log, which are written together', () => log.includes('"level":"info"'));
  });

  it('runs a graph', async () => {
    const call = async (path: string, body: object): Promise<Record<string, unknown>> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: { 'X-API-Key': API_KEY, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    const nodes = [{ id: 'echo', type: 'agent.echo', params: { said: 'hello' } }];
    const { graph_id } = await call('/graphs', { name: 'image', nodes, edges: [] });
    expect(await call('/runs?wait=30', { graph_id })).toMatchObject({ status: 'SUCCESS' });
  });

  it('is healthy by its own check, and not where nothing answers', async () => {
    const [, command = '[]'] = /CMD (\[.*\])/.exec(textsOf(image, 'HEALTHCHECK')[0] ?? '') ?? [];
    const [file = '', ...args] = JSON.parse(command) as string[];
    const check = (env: NodeJS.ProcessEnv): number | null => spawnSync(file, args, { env }).status;
    expect(check(environment())).toBe(0);
    expect(check({ ...environment(), PORT: String(await freePort()) })).toBe(1);
  });

  it('has the command wand on its path', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
    const { stdout } = spawnSync(join(folder, 'usr/local/bin/wand'), ['--version'], {
      cwd: join(folder, 'app'),
      encoding: 'utf8',
      env: environment(),
      ...asNodeUser,
    });
    expect(stdout.trim()).toBe(version);
  });

  it('keeps its data where the image says, unless a deployment says otherwise', () => {
    expect(readFileSync(join(folder, 'app/.env'), 'utf8')).toBe(`DATABASE__URL=${within('sqlite:////data/wand.db')}\n`);
    expect(statSync(join(folder, 'data/wand.db')).size).toBeGreaterThan(0);
    const written = execFileSync('find', [join(folder, 'app'), '-newer', join(folder, 'data/wand.db'), '-type', 'f']);
    expect(written.toString()).toBe('');
  });

  it('ends in order on the signal of the image', async () => {
    const signal = textsOf(image, 'STOPSIGNAL')[0] as NodeJS.Signals;
    if (service === undefined) throw new Error('it was not started');
    const exit = once(service, 'exit');
    service.kill(signal);
    expect(await exit).toEqual([0, null]);
  });
});
