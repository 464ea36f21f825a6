import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CallerNamespace, RequireScope } from '../../auth/access/index.js';
import { type Namespace, RUN_ID } from '../../executor/core/index.js';
import { boundedText } from '../../executor/index.js';
import { ZodQueryPipe } from '../../http/index.js';
import { ApiIdParam, ApiJsonAnswer, ApiProblems } from '../../http/openapi/index.js';
import { EXAMPLE_RUN_ID } from '../dto/run.examples.js';
import { EXAMPLE_EXPLANATION } from './explain.examples.js';
import { explanationSchema } from './explain.schemas.js';
import { RunExplainer } from './run-explainer.js';
import { toNodeExplanationDto } from './to-explanation-dto.js';

const explainQuery = z.strictObject({ node: boundedText({ min: 1, max: 64 }).optional() });
type ExplainQuery = z.infer<typeof explainQuery>;

@ApiTags('runs')
@Controller('runs/:run_id/explain')
export class ExplainController {
  constructor(private readonly explainer: RunExplainer) {}

  @Get()
  @RequireScope('runs:read')
  @ApiOperation({
    summary: 'Explain a run',
    description:
      'Why a node ran, waits or was skipped: each incoming edge with its verdict, its condition with the values it saw, ' +
      'the attempts, and the chain back to the first cause. From the journal alone.',
  })
  @ApiIdParam('run_id', RUN_ID, { description: 'Id of a run.', example: EXAMPLE_RUN_ID })
  @ApiQuery({
    name: 'node',
    required: false,
    description: 'Id of the node to explain; every node in a sentence when left out.',
    schema: { type: 'string', minLength: 1, maxLength: 64 },
  })
  @ApiJsonAnswer(200, explanationSchema, { description: 'The explanation.', example: EXAMPLE_EXPLANATION })
  @ApiProblems('invalid-parameter', 'run-not-found', 'node-not-found', 'run-damaged')
  async explainRun(
    @CallerNamespace() namespace: Namespace,
    @Param('run_id') id: string,
    @Query(new ZodQueryPipe(explainQuery)) { node }: ExplainQuery,
  ): Promise<object> {
    if (node === undefined) {
      const { runId, status, explanation } = await this.explainer.explainRun(namespace, id);
      return { run_id: runId, status, nodes: explanation };
    }
    const { runId, status, explanation } = await this.explainer.explainNode(namespace, id, node);
    return { run_id: runId, status, node: toNodeExplanationDto(explanation) };
  }
}
