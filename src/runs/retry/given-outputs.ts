import type { GraphPlan, Json } from '../../executor/core/index.js';
import { type ProblemDetail, jsonPointer } from '../../http/index.js';
import type { PluginRegistry } from '../../plugins/index.js';

/** Outputs that no attempt makes, as the agents' schemas make them, and what is wrong with the others. */
export interface GivenOutputs {
  readonly outputs: ReadonlyMap<string, Json>;
  readonly faults: readonly ProblemDetail[];
}

export interface GivenOutputsParts {
  readonly plan: GraphPlan;
  readonly registry: PluginRegistry;
  /** Largest output, in bytes of JSON. */
  readonly maxBytes: number;
}

/** Checks the outputs of known nodes; unknown ones are passed over. */
export function checkGivenOutputs(
  given: Readonly<Record<string, unknown>>,
  { plan, registry, maxBytes }: GivenOutputsParts,
): GivenOutputs {
  const outputs = new Map<string, Json>();
  const faults: ProblemDetail[] = [];
  for (const [id, value] of Object.entries(given)) {
    const node = plan.nodes[plan.indexOf.get(id) ?? -1];
    if (node === undefined) continue;
    const base = jsonPointer(['with_output', id]);
    const checked = registry.checkOutput(node.definition.type, value);
    if (!checked.ok) {
      faults.push(
        ...checked.faults.map(({ pointer, message }) => ({ pointer: base + pointer, code: 'invalid-output', message })),
      );
      continue;
    }
    const text = JSON.stringify(checked.output);
    const bytes = Buffer.byteLength(text);
    const message = `the output has ${bytes} bytes, more than the ${maxBytes} allowed`;
    if (bytes > maxBytes) faults.push({ pointer: base, code: 'output-too-large', message });
    else outputs.set(id, JSON.parse(text) as Json);
  }
  return { outputs, faults };
}
