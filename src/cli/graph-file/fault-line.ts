import { printableLine } from '../text/printable.js';
import { findPosition } from './json-position.js';

/** A fault or a warning about some part of a graph. */
export interface GraphFault {
  readonly pointer?: string;
  readonly code: string;
  readonly message: string;
}

/** `graph.json:3:5 /nodes/0/type unknown_agent: …`: in the form in which editors find the place. */
export function faultLineIn(file: { readonly path: string; readonly text: string }, fault: GraphFault): string {
  const { pointer = '', code, message } = fault;
  const { line, column } = findPosition(file.text, pointer);
  const place = `${file.path}:${line}:${column}${pointer === '' ? '' : ` ${pointer}`}`;
  return printableLine(`${place} ${code}: ${message}`);
}
