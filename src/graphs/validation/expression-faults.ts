import {
  type ExpressionCompiler,
  ExpressionSyntaxError,
  PathSyntaxError,
  compileOver,
  conditionFaults,
  jsonPointer,
  parsePath,
  templateFaults,
} from '../../executor/core/index.js';
import type { EdgeSpec, GraphSpec, NodeSpec } from '../../executor/index.js';
import type { GraphFault } from './graph-fault.js';

/** What is wrong with conditions, paths, templates and `retry.on`, each by itself. */
export function expressionFaults(spec: GraphSpec, expressions: ExpressionCompiler): GraphFault[] {
  return [
    ...spec.nodes.flatMap((node, index) => nodeFaults(node, index, expressions)),
    ...spec.edges.flatMap((edge, index) => edgeFaults(edge, index, expressions)),
  ];
}

function nodeFaults(node: NodeSpec, index: number, expressions: ExpressionCompiler): GraphFault[] {
  const base = jsonPointer(['nodes', index, 'params']);
  const templates = templateFaults(node.params ?? {}, expressions).map(({ pointer, message }) => ({
    pointer: base + pointer,
    code: 'invalid-template',
    message,
  }));
  const on = node.retry?.on;
  if (on === undefined) return templates;
  const message = messageOf(() => compileOver(['error'], on, expressions));
  const pointer = jsonPointer(['nodes', index, 'retry', 'on']);
  return message === undefined ? templates : [...templates, { pointer, code: 'invalid-condition', message }];
}

function edgeFaults(edge: EdgeSpec, index: number, expressions: ExpressionCompiler): GraphFault[] {
  const paths = Object.entries(edge.map ?? {}).flatMap(([key, path]) => {
    const message = messageOf(() => parsePath(path));
    const pointer = jsonPointer(['edges', index, 'map', key]);
    return message === undefined ? [] : [{ pointer, code: 'invalid-path', message }];
  });
  if (edge.cond === undefined) return paths;
  const base = jsonPointer(['edges', index, 'cond']);
  const conditions = conditionFaults(edge.cond, expressions).map(({ pointer, message }) => ({
    pointer: base + pointer,
    code: 'invalid-condition',
    message,
  }));
  return [...paths, ...conditions];
}

function messageOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionSyntaxError || error instanceof PathSyntaxError) return error.message;
    throw error;
  }
}
