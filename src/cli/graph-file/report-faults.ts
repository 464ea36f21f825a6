import type { CliContext } from '../cli-context.js';
import { type GraphFault, faultLineIn } from './fault-line.js';
import type { GraphFile } from './graph-file.js';

const MOST_LINES = 100;

/** Writes one line per fault, with its place in the file, to stderr. */
export function reportFaults(
  { stderr }: Pick<CliContext, 'stderr'>,
  file: Pick<GraphFile, 'path' | 'text'>,
  faults: readonly GraphFault[],
  kind: 'error' | 'warning',
): void {
  for (const fault of faults.slice(0, MOST_LINES)) stderr.write(`${kind}: ${faultLineIn(file, fault)}\n`);
  if (faults.length > MOST_LINES) stderr.write(`${kind}: ${faults.length - MOST_LINES} more\n`);
}
