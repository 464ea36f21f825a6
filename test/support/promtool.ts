import { type SpawnSyncReturns, spawnSync } from 'node:child_process';

/** Exit code of scripts/promtool.mjs where no promtool can be had. */
const UNAVAILABLE = 69;

/** Runs promtool on the repository's files; `input` becomes its standard input. */
export function promtool(args: readonly string[], input = ''): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, ['scripts/promtool.mjs', ...args], { input, encoding: 'utf8' });
}

/**
 * `describe` where promtool is to be had, else `describe.skip`, aloud. A mirror that does not answer makes no build red;
 * whoever wants it to sets REQUIRE_PROMTOOL=1.
 */
export function describeWithPromtool(): typeof describe {
  const { status, stderr } = promtool(['--version']);
  if (status !== UNAVAILABLE) return describe;
  process.stderr.write(stderr);
  return describe.skip;
}
