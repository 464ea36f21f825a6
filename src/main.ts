import { limitHeapGrowth } from './limit-heap-growth.js';
import { nodeVersionFault } from './node-version.js';
import { serveArguments } from './serve-arguments.js';

const fault = nodeVersionFault(process.versions.node) ?? argumentsFault();
if (fault === undefined) {
  limitHeapGrowth();
  // Imported only now: native modules crash on a Node that is too old before they could say so.
  const { serve } = await import('./bootstrap.js');
  await serve({ packageRoot: new URL('..', import.meta.url), ...serveArguments(process.argv.slice(2)) });
} else {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 1;
}

function argumentsFault(): string | undefined {
  try {
    serveArguments(process.argv.slice(2));
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}; it takes --role all|api|worker, --pool <name> and --wait`;
  }
}
