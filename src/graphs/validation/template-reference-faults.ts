import { type GraphPlan, UpstreamNodes, jsonPointer } from '../../executor/core/index.js';
import type { GraphFault } from './graph-fault.js';

/** What templates read that they may not: nodes that are not upstream, environment variables that are not allowed. */
export function templateReferenceFaults(plan: GraphPlan, allowedEnv: readonly string[]): GraphFault[] {
  const named = plan.nodes.flatMap((node) => [...node.params.nodeIds]);
  const upstream = new UpstreamNodes(plan, named);
  return plan.nodes.flatMap((node) =>
    node.params.references.flatMap(({ kind, name, pointer }) => {
      const at = jsonPointer(['nodes', node.index, 'params']) + pointer;
      if (kind === 'env') {
        if (allowedEnv.includes(name)) return [];
        const message = `env.${name} may not be read: add it to PLUGINS__ALLOWED_ENV`;
        return [{ pointer: at, code: 'env-not-allowed', message }];
      }
      if (!plan.indexOf.has(name)) {
        return [{ pointer: at, code: 'unknown-node', message: `no node has the id "${name}"` }];
      }
      if (upstream.includes(node.index, name)) return [];
      const message = `"${name}" is not upstream of "${node.definition.id}": its output may not be there yet`;
      return [{ pointer: at, code: 'not-upstream', message }];
    }),
  );
}
