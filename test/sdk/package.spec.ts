import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { API_KEY } from '../support/built-service.js';
import { freePort } from '../support/free-port.js';
import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

const run = promisify(execFile);
const ROOT = process.cwd();
const SDK = join(ROOT, 'sdk', 'typescript');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** What a consumer in Node compiles with; declarations of the package are checked too, without the types of browsers. */
const CONSUMER = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023'],
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  },
  include: ['*.ts'],
};

describe('The package of the client', () => {
  const api = useApi();
  let folder: string;
  let installed: string;
  let examples: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-sdk-package-'));
    installed = join(folder, 'node_modules', '@wand', 'client');
    mkdirSync(installed, { recursive: true });
    for (const name of ['package.json', 'README.md', 'LICENSE', 'src']) {
      cpSync(join(SDK, name), join(installed, name), { recursive: true });
    }
    await run(process.execPath, [TSC, '-p', join(SDK, 'tsconfig.build.json'), '--outDir', join(installed, 'dist')]);
    mkdirSync(join(folder, 'node_modules', '@types'));
    for (const name of ['@types/node', 'undici-types']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONSUMER));
    const readme = readFileSync(join(SDK, 'README.md'), 'utf8');
    examples = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? '');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is compiled against by every example of its README', async () => {
    expect(examples.length).toBeGreaterThan(4);
    for (const [index, code] of examples.entries()) writeFileSync(join(folder, `example-${index}.ts`), code);
    const { stdout } = await run(process.execPath, [TSC, '-p', folder]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  it('runs the pipeline of its README', async () => {
    const code = (examples[0] ?? '').replaceAll('http://127.0.0.1:8000', api.url);
    writeFileSync(join(folder, 'pipeline.ts'), code);
    const env = { PATH: process.env['PATH'], WAND_API_KEY: API_KEY, NODE_NO_WARNINGS: '1' };
    const { stdout } = await run(process.execPath, ['pipeline.ts'], { cwd: folder, env });
    expect(stdout).toMatch(/^1 run\.queued /m);
    expect(stdout).toMatch(/run\.succeeded/);
    expect(stdout).toMatch(/^SUCCESS /m);
    expect(stdout).toMatch(/^image\/svg\+xml \d+$/m);
  });

  it('shows a run in a page, which has a token from the server of its README and no key', async () => {
    const server = examples.findIndex((code) => code.includes('createServer'));
    const page = examples.findIndex((code) => code.includes('export async function watch'));
    const port = await freePort();
    for (const [index, code] of examples.entries()) {
      const adapted = code.replaceAll('http://127.0.0.1:8000', api.url).replace('3000', String(port));
      writeFileSync(join(folder, `running-${index}.ts`), adapted);
    }
    writeFileSync(
      join(folder, 'browser.ts'),
      `const own = globalThis.fetch;
       globalThis.fetch = (url, init) => own(new URL(String(url), 'http://127.0.0.1:${port}'), init);
       const { watch } = await import('./running-${page}.ts');
       await watch(process.argv[2], (event) => console.log(event.seq, event.type));`,
    );
    const { run_id } = await given(api).finishedRun();
    const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' };
    const serving = spawn(process.execPath, [`running-${server}.ts`], {
      cwd: folder,
      env: { ...env, WAND_API_KEY: API_KEY },
      stdio: 'inherit',
    });
    try {
      await waitFor('the server of the README to listen', () =>
        fetch(`http://127.0.0.1:${port}/`).then(
          ({ status }) => status === 404,
          () => false,
        ),
      );
      const { stdout } = await run(process.execPath, ['browser.ts', run_id], { cwd: folder, env });
      expect(stdout).toMatch(/^1 run\.queued\n[^]*run\.succeeded\n$/);
    } finally {
      serving.kill();
    }
  });

  it('manages keys as its README does', async () => {
    const code = examples.find((example) => example.includes('keys.create')) ?? '';
    writeFileSync(join(folder, 'keys.ts'), code.replaceAll('http://127.0.0.1:8000', api.url));
    const env = { PATH: process.env['PATH'], WAND_API_KEY: API_KEY, NODE_NO_WARNINGS: '1' };
    const { stdout } = await run(process.execPath, ['keys.ts'], { cwd: folder, env });
    expect(stdout).toMatch(/^k_\w+: wand_\w{8}…/);
    expect(stdout).toMatch(/^ci active null$/m);
    expect(stdout).toMatch(/^0 environment$/m);
  });

  it('holds the compiled client and its papers, and depends on nothing', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json'], { cwd: installed });
    const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts']),
    );
    expect(paths.filter((path) => !/^(dist\/.+\.(js|d\.ts)|LICENSE|README\.md|package\.json)$/.test(path))).toEqual([]);
    const manifest = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(manifest['dependencies'] ?? manifest['peerDependencies']).toBeUndefined();
    expect(Object.keys(manifest['scripts'] as object)).toEqual(['build']);
  });
});
