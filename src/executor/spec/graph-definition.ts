import type { ConditionSpec, EdgeDefinition, GraphDefinition, NodeDefinition } from '../core/index.js';
import type { EdgeSpec, GraphSpec, NodeSpec } from './graph-spec.js';

/** The definition that a checked spec stands for, defaults filled in. */
export function toGraphDefinition(spec: GraphSpec): GraphDefinition {
  return {
    name: spec.name,
    nodes: spec.nodes.map(toNode),
    edges: spec.edges.map(toEdge),
    sinks: spec.sinks,
  };
}

function toNode(node: NodeSpec): NodeDefinition {
  const { retry = {} } = node;
  return {
    id: node.id,
    type: node.type,
    label: node.label,
    params: node.params ?? {},
    timeoutSec: node.timeout_sec,
    idleTimeoutSec: node.idle_timeout_sec,
    retries: node.retries,
    retry: {
      max: retry.max,
      baseSec: retry.base_sec,
      factor: retry.factor,
      maxDelaySec: retry.max_delay_sec,
      jitter: retry.jitter,
      totalSec: retry.total_sec,
      on: retry.on,
    },
    optional: node.optional ?? false,
    join: node.join ?? 'all',
    onInterrupt: node.on_interrupt ?? 'retry',
    alwaysOnCancel: node.always_on_cancel ?? false,
    reuse: node.reuse ?? 'auto',
    pool: node.pool,
  };
}

function toEdge(edge: EdgeSpec): EdgeDefinition {
  return {
    from: edge.from,
    to: edge.to,
    map: Object.entries(edge.map ?? {}),
    on: edge.on ?? 'success',
    cond: edge.cond as string | ConditionSpec | undefined,
    group: edge.group,
    else: edge.else ?? false,
  };
}
