import { type SpawnSyncReturns, spawnSync } from 'node:child_process';

/** Exit code of scripts/kubernetes-tool.mjs where there is no such tool. */
const UNAVAILABLE = 69;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export type KubernetesTool = 'helm' | 'kubectl';

/** Runs helm or kubectl on the repository's files; neither of them asks a cluster anything here. */
export function kubernetesTool(
  tool: KubernetesTool,
  args: readonly string[],
  { input = '' }: { readonly input?: string } = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, ['scripts/kubernetes-tool.mjs', tool, ...args], {
    encoding: 'utf8',
    input,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
}

/**
 * `describe` where the tool is to be had, else `describe.skip`, aloud. A registry that does not answer makes no build red; whoever
 * wants it to sets REQUIRE_KUBERNETES_TOOLS=1.
 */
export function describeWithTool(tool: KubernetesTool): typeof describe {
  const { status, stderr } = kubernetesTool(tool, tool === 'helm' ? ['version'] : ['version', '--client']);
  if (status !== UNAVAILABLE) return describe;
  process.stderr.write(stderr);
  return describe.skip;
}
