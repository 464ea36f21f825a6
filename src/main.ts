import { limitHeapGrowth } from './limit-heap-growth.js';
import { nodeVersionFault } from './node-version.js';

const fault = nodeVersionFault(process.versions.node);
if (fault === undefined) {
  limitHeapGrowth();
  // Imported only now: native modules crash on a Node that is too old before they could say so.
  const { serve } = await import('./bootstrap.js');
  await serve({ packageRoot: new URL('..', import.meta.url), wait: process.argv.includes('--wait') });
} else {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 1;
}
