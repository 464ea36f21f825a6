import { spawnSync } from 'node:child_process';

/** Tests that start the service in a process of its own need the build: made once, before all of them. */
export default function buildOnce() {
  const { status, stderr, stdout } = spawnSync(process.execPath, ['scripts/build-if-stale.mjs'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}\n${stderr}`);
}
