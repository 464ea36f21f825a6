import { type CliContext, isLively } from '../cli-context.js';
import { BarDisplay } from './bar-display.js';
import { LineDisplay } from './line-display.js';
import type { RunDisplay } from './run-display.js';

const WIDEST_ID = 24;

/** Bars on a terminal; one line per event elsewhere, with `NO_COLOR` and in CI. Writes to stderr. */
export function createDisplay(context: Pick<CliContext, 'stderr' | 'env'>, nodeIds: readonly string[]): RunDisplay {
  const widest = nodeIds.reduce((width, id) => Math.max(width, id.length), 'run'.length);
  const idWidth = Math.min(WIDEST_ID, widest);
  return isLively(context)
    ? new BarDisplay(context.stderr, nodeIds, idWidth)
    : new LineDisplay(context.stderr, idWidth);
}
