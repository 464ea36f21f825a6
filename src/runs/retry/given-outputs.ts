import { type GraphPlan, type Json, outputFileName } from '../../executor/core/index.js';
import { LargeOutput } from '../../executor/index.js';
import { type ProblemDetail, jsonPointer } from '../../http/index.js';
import type { PluginRegistry } from '../../plugins/index.js';

/** Outputs that no attempt makes, as the agents' schemas make them, and what is wrong with the others. */
export interface GivenOutputs {
  readonly outputs: ReadonlyMap<string, Json>;
  /** Those of them that are too large for the journal. */
  readonly large: ReadonlyMap<string, LargeOutput>;
  readonly faults: readonly ProblemDetail[];
}

export interface GivenOutputsParts {
  readonly plan: GraphPlan;
  readonly registry: PluginRegistry;
  /** Largest output that the journal itself holds, and largest of all, in bytes of JSON. */
  readonly maxInlineBytes: number;
  readonly maxBytes: number;
}

/** Checks the outputs of known nodes; unknown ones are passed over. */
export function checkGivenOutputs(
  given: Readonly<Record<string, unknown>>,
  { plan, registry, maxInlineBytes, maxBytes }: GivenOutputsParts,
): GivenOutputs {
  const outputs = new Map<string, Json>();
  const large = new Map<string, LargeOutput>();
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
    if (bytes > maxBytes) {
      const message = `the output has ${bytes} bytes, more than the ${maxBytes} allowed (EXECUTION__MAX_ARTIFACT_BYTES)`;
      faults.push({ pointer: base, code: 'output-too-large', message });
      continue;
    }
    const output = JSON.parse(text) as Json;
    outputs.set(id, output);
    if (bytes > maxInlineBytes) large.set(id, LargeOutput.of(output, text, outputFileName(id, 0)));
  }
  return { outputs, large, faults };
}
