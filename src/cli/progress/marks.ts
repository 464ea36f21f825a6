import { styleText } from 'node:util';
import type { JournalEntry } from '../../executor/core/index.js';

type Colour = Parameters<typeof styleText>[0];
interface Mark {
  readonly sign: string;
  readonly colour: Colour;
}

const MARKS: ReadonlyMap<string, Mark> = new Map<string, Mark>([
  ['node.reused', { sign: '✓', colour: 'green' }],
  ['node.started', { sign: '▸', colour: 'cyan' }],
  ['node.succeeded', { sign: '✓', colour: 'green' }],
  ['node.failed', { sign: '✗', colour: 'red' }],
  ['node.retrying', { sign: '↻', colour: 'yellow' }],
  ['node.interrupted', { sign: '↻', colour: 'yellow' }],
  ['node.skipped', { sign: '-', colour: 'gray' }],
  ['node.cancelled', { sign: '■', colour: 'yellow' }],
  ['run.succeeded', { sign: '✓', colour: 'green' }],
  ['run.failed', { sign: '✗', colour: 'red' }],
  ['run.cancelled', { sign: '■', colour: 'yellow' }],
]);
const NONE: Mark = { sign: '·', colour: 'gray' };

/** The one-character sign of an event. */
export function markOf({ type }: JournalEntry, { coloured }: { readonly coloured: boolean }): string {
  const { sign, colour } = MARKS.get(type) ?? NONE;
  return coloured ? styleText(colour, sign, { validateStream: false }) : sign;
}
