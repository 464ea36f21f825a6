import { z } from 'zod';
import type { JsonObject } from '../../../../executor/core/index.js';
import { Agent, type AgentContext, anyObject } from '../../../sdk/index.js';
import { evaluateExpression, MAX_EXPRESSION_LENGTH, syntaxFaultOf } from './evaluate-expression.js';
import { plainResult } from './plain-result.js';

const LIMIT_MS = 1_000;

const params = z.strictObject({
  expression: z
    .string()
    .min(1)
    .max(MAX_EXPRESSION_LENGTH, { abort: true })
    .superRefine((expression, context) => {
      const fault = syntaxFaultOf(expression);
      if (fault !== undefined) context.addIssue(`is not a JSONata expression: ${fault}`);
    })
    .meta({ description: 'JSONata, over the input.', examples: ['{ "total": $sum(orders.price) }'] }),
});

/** Computes with JSONata. */
@Agent({
  type: 'agent.transform',
  description: 'Evaluates a JSONata expression over its input; a result that is no object is answered as { value }.',
  params,
  input: anyObject,
  output: anyObject,
})
export class TransformAgent {
  async run({
    params: { expression },
    input,
    signal,
  }: AgentContext<z.output<typeof params>, JsonObject>): Promise<JsonObject> {
    return plainResult(await evaluateExpression(expression, input, { limitMs: LIMIT_MS, signal }));
  }
}
