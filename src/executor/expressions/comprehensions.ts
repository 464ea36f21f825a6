import type { ASTNode } from '@marcbachmann/cel-js';

const KINDS = ['all', 'exists', 'exists_one', 'filter', 'map'] as const;
export type ComprehensionKind = (typeof KINDS)[number];

/** `range.kind(variable, ...body)`; a `map` may have a filter before what it maps to. */
export interface Comprehension {
  readonly kind: ComprehensionKind;
  readonly range: ASTNode;
  readonly variable: string;
  readonly body: readonly [ASTNode] | readonly [filter: ASTNode, transform: ASTNode];
}

/** Reads a node as a comprehension; undefined if it is none. */
export function comprehensionOf(node: ASTNode): Comprehension | undefined {
  if (node.op !== 'rcall') return undefined;
  const [name, range, [variable, ...body]] = node.args;
  const kind = KINDS.find((candidate) => candidate === name);
  if (kind === undefined || variable?.op !== 'id') return undefined;
  const [first, second, ...rest] = body;
  if (first === undefined || rest.length > 0) return undefined;
  if (second === undefined) return { kind, range, variable: variable.args, body: [first] };
  return kind === 'map' ? { kind, range, variable: variable.args, body: [first, second] } : undefined;
}
