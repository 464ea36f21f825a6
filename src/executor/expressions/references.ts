import type { ASTNode } from '@marcbachmann/cel-js';
import { TYPES } from './cel-values.js';
import { comprehensionOf } from './comprehensions.js';

/** The parts of a node, in the order written. */
function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case '!_':
    case '-_':
      return [node.args];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    default:
      return node.args;
  }
}

/** A name followed by literal keys only, or undefined for anything else. */
function chainOf(node: ASTNode): string[] | undefined {
  if (node.op === 'id') return [node.args];
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [owner, access] = node.args;
  const key = typeof access === 'string' ? access : literalText(access);
  const chain = key === undefined ? undefined : chainOf(owner);
  return chain && key !== undefined ? [...chain, key] : undefined;
}

function literalText(node: ASTNode): string | undefined {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}

/** Every use of a name that the expression does not bind itself, with the literal keys that follow it. */
export function referencesOf(root: ASTNode): string[][] {
  const found: string[][] = [];
  collect(root, new Set(TYPES.keys()), found);
  return found;
}

function collect(node: ASTNode, bound: ReadonlySet<string>, found: string[][]): void {
  const chain = chainOf(node);
  if (chain !== undefined) {
    if (!bound.has(chain[0] as string)) found.push(chain);
    return;
  }
  const comprehension = comprehensionOf(node);
  if (comprehension === undefined) {
    for (const child of childrenOf(node)) collect(child, bound, found);
    return;
  }
  collect(comprehension.range, bound, found);
  const inside = new Set(bound).add(comprehension.variable);
  for (const child of comprehension.body) collect(child, inside, found);
}
