import { Body, Controller, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CallerNamespace, RequireScope } from '../../auth/access/index.js';
import { type Namespace, encodeRunError, resultOf, summariseNode, summariseNodes } from '../../executor/core/index.js';
import { ZodBodyPipe, ZodQueryPipe } from '../../http/index.js';
import { ApiJsonAnswer, ApiJsonBody, ApiProblems } from '../../http/openapi/index.js';
import { noQuery } from '../dto/run.queries.js';
import { toLogDto, toNodeDto, toResultDto } from '../dto/to-run-dto.js';
import { GraphSimulator } from './graph-simulator.js';
import { EXAMPLE_SIMULATE, EXAMPLE_SIMULATION } from './simulate.examples.js';
import { type SimulateBody, simulateSchema, simulationSchema } from './simulate.schemas.js';

@ApiTags('graphs')
@Controller('graphs/simulate')
export class SimulateController {
  constructor(private readonly simulator: GraphSimulator) {}

  @Post()
  @RequireScope('graphs:read')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Simulate a run',
    description:
      'Decides a run from given outcomes with the same code that decides real ones. Nothing is executed and nothing is ' +
      'stored: agents are not called, templates are not filled in, outputs are not checked.',
  })
  @ApiJsonBody(simulateSchema, { examples: { retried: EXAMPLE_SIMULATE } })
  @ApiJsonAnswer(200, simulationSchema, { description: 'What would happen.', example: EXAMPLE_SIMULATION })
  @ApiProblems(
    'malformed-json',
    'invalid-body',
    'invalid-parameter',
    'graph-not-found',
    'graph-archived',
    'payload-too-large',
    'unsupported-media-type',
    'graph-invalid',
    'run-invalid',
  )
  async simulateGraph(
    @CallerNamespace() namespace: Namespace,
    @Query(new ZodQueryPipe(noQuery)) _query: object,
    @Body(new ZodBodyPipe(simulateSchema, 'run-invalid')) body: SimulateBody,
  ): Promise<object> {
    const { plan, state, entries, assumed } = await this.simulator.simulate(namespace, body);
    const summaries = summariseNodes(plan, state);
    return {
      status: state.status,
      progress: state.progress,
      result: state.status === 'SUCCESS' ? toResultDto(resultOf(plan, state)) : null,
      error: state.error === null ? null : encodeRunError(state.error),
      assumed,
      nodes: plan.nodes.map((node, index) => ({
        ...summaries.slice(index, index + 1).map(toNodeDto)[0],
        summary: summariseNode(plan, state, node),
      })),
      events: entries.map(toLogDto),
    };
  }
}
