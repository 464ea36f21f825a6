import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CallerNamespace, RequireScope } from '../auth/access/index.js';
import { GRAPH_ID, type Json, type Namespace, RUN_ID, epochMs, isTerminalRun } from '../executor/core/index.js';
import {
  IdempotencyService,
  ZodBodyPipe,
  ZodQueryPipe,
  idempotencyRequestOf,
  sendAnswer,
  toPage,
} from '../http/index.js';
import {
  ApiCursorQuery,
  ApiIdParam,
  ApiIdempotencyKey,
  ApiJsonAnswer,
  ApiJsonBody,
  ApiLimitQuery,
  ApiProblems,
} from '../http/openapi/index.js';
import { logSchema } from './dto/event.schemas.js';
import {
  EXAMPLE_LOG,
  EXAMPLE_NODE_RUN,
  EXAMPLE_RUN,
  EXAMPLE_RUN_ID,
  EXAMPLE_RUN_PAGE,
  EXAMPLE_START_RUN,
} from './dto/run.examples.js';
import {
  type ListRunsQuery,
  type LogsQuery,
  LABEL,
  MAX_SEQ,
  type StartRunQuery,
  listRunsQuery,
  logsQuery,
  noQuery,
  startRunQuery,
} from './dto/run.queries.js';
import {
  MAX_LABELS,
  type StartRunBody,
  cancelledRunSchema,
  nodeRunSchema,
  runPageSchema,
  runSchema,
  startRunSchema,
  startedRunSchema,
} from './dto/run.schemas.js';
import { toLogDto, toNodeDto, toRunDto, toRunItem } from './dto/to-run-dto.js';
import { RunRemover } from './removal/run-remover.js';
import { RunStarter } from './run-starter.js';
import { RunsService } from './runs.service.js';
import { StreamHub } from './stream/stream-hub.js';

const RUN_ID_PARAM = { description: 'Id of a run.', example: EXAMPLE_RUN_ID } as const;
const STARTED = { run_id: EXAMPLE_RUN_ID, status: 'PENDING' };

@ApiTags('runs')
@Controller('runs')
export class RunsController {
  constructor(
    private readonly starter: RunStarter,
    private readonly runs: RunsService,
    private readonly remover: RunRemover,
    private readonly idempotency: IdempotencyService,
    private readonly hub: StreamHub,
  ) {}

  @Post()
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({ summary: 'Start a run', description: 'The run is durable when this answers.' })
  @ApiIdempotencyKey()
  @ApiQuery({
    name: 'wait',
    required: false,
    description: 'Seconds to wait for the end.',
    schema: { type: 'number', minimum: 0, maximum: 60 },
  })
  @ApiJsonBody(startRunSchema, { examples: { demo: EXAMPLE_START_RUN } })
  @ApiJsonAnswer(200, runSchema, { description: 'With `wait`: the run, ended in time.', example: EXAMPLE_RUN })
  @ApiJsonAnswer(202, startedRunSchema, {
    description: 'Committed; it will run whatever happens.',
    example: STARTED,
    headers: { Location: 'Path of the run.', 'Idempotency-Replayed': '`true` when this is an earlier answer.' },
  })
  @ApiProblems(
    'malformed-json',
    'invalid-body',
    'invalid-parameter',
    'graph-not-found',
    'graph-archived',
    'idempotency-in-flight',
    'payload-too-large',
    'unsupported-media-type',
    'run-invalid',
    'idempotency-mismatch',
    'run-damaged',
    'storage-unavailable',
    'queue-unavailable',
    'shutting-down',
    'not-ready',
    'overloaded',
  )
  async startRun(
    @CallerNamespace() namespace: Namespace,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query(new ZodQueryPipe(startRunQuery)) { wait = 0 }: StartRunQuery,
    @Body(new ZodBodyPipe(startRunSchema, 'run-invalid')) body: StartRunBody,
  ): Promise<object> {
    const { graph_id: graphId, version, input = {}, options, labels = {} } = body;
    const answer = await this.idempotency.answer(idempotencyRequestOf(request), (guardWith) =>
      this.starter.start({ namespace, graphId, version, input: input as Json, options, labels }, guardWith, (id) => ({
        status: 202,
        body: { run_id: id, status: 'PENDING' },
        location: `/runs/${id}`,
      })),
    );
    const started = sendAnswer(response, answer);
    if (wait === 0 || !('run_id' in started)) return started;
    const id = String(started.run_id);
    await this.runs.awaitEnd(namespace, id, wait, this.hub.wait(response));
    const whole = await this.runs.get(namespace, id);
    const { status } = whole.run;
    if (!isTerminalRun(status)) return { run_id: id, status };
    response.status(200);
    return toRunDto(whole);
  }

  @Get()
  @RequireScope('runs:read')
  @ApiOperation({ summary: 'List runs, newest first' })
  @ApiLimitQuery({ default: 50, max: 200 })
  @ApiCursorQuery()
  @ApiQuery({
    name: 'status',
    required: false,
    description: 'Repeatable, or several with commas between.',
    style: 'form',
    explode: false,
    schema: { type: 'array', items: { $ref: '#/components/schemas/RunStatus' } },
  })
  @ApiQuery({
    name: 'graph_id',
    required: false,
    description: 'Only runs of this graph.',
    schema: { type: 'string', pattern: GRAPH_ID.source },
  })
  @ApiQuery({
    name: 'label',
    required: false,
    description: '`key:value`; repeatable, all must match.',
    schema: { type: 'array', maxItems: MAX_LABELS, items: { type: 'string', pattern: LABEL.source } },
  })
  @ApiQuery({
    name: 'created_after',
    required: false,
    description: 'Only runs that were made after this time (RFC 3339).',
    schema: { type: 'string', format: 'date-time' },
  })
  @ApiJsonAnswer(200, runPageSchema, { description: 'One page of runs.', example: EXAMPLE_RUN_PAGE })
  @ApiProblems('invalid-parameter')
  async listRuns(
    @CallerNamespace() namespace: Namespace,
    @Query(new ZodQueryPipe(listRunsQuery)) query: ListRunsQuery,
  ): Promise<object> {
    const { limit, cursor, status, graph_id: graphId, label, created_after: createdAfter } = query;
    const rows = await this.runs.list(namespace, {
      limit,
      before: cursor,
      statuses: status,
      graphId,
      labels: label,
      createdAfter: createdAfter === undefined ? undefined : epochMs(createdAfter),
    });
    const page = toPage(rows, limit, (run) => run.runId);
    return { ...page, items: page.items.map(toRunItem) };
  }

  @Get(':run_id')
  @RequireScope('runs:read')
  @ApiOperation({ summary: 'Read a run' })
  @ApiIdParam('run_id', RUN_ID, RUN_ID_PARAM)
  @ApiJsonAnswer(200, runSchema, { description: 'The run as it is now.', example: EXAMPLE_RUN })
  @ApiProblems('run-not-found', 'run-damaged')
  async getRun(@CallerNamespace() namespace: Namespace, @Param('run_id') id: string): Promise<object> {
    return toRunDto(await this.runs.get(namespace, id));
  }

  @Get(':run_id/nodes/:node_id')
  @RequireScope('runs:read')
  @ApiOperation({ summary: 'Read one node run, with what went in and came out' })
  @ApiIdParam('run_id', RUN_ID, RUN_ID_PARAM)
  @ApiParam({
    name: 'node_id',
    description: 'Id of a node of the run’s graph.',
    schema: { type: 'string', minLength: 1, maxLength: 64, example: 'fetch' },
  })
  @ApiJsonAnswer(200, nodeRunSchema, { description: 'The node run as it is now.', example: EXAMPLE_NODE_RUN })
  @ApiProblems('run-not-found', 'node-not-found', 'run-damaged')
  async getNodeRun(
    @CallerNamespace() namespace: Namespace,
    @Param('run_id') id: string,
    @Param('node_id') nodeId: string,
  ): Promise<object> {
    const { summary, params, input, output, upstream } = await this.runs.getNode(namespace, id, nodeId);
    return { ...toNodeDto(summary), params, input, output, upstream };
  }

  @Get(':run_id/logs')
  @RequireScope('runs:read')
  @ApiOperation({ summary: 'Read the journal of a run' })
  @ApiIdParam('run_id', RUN_ID, RUN_ID_PARAM)
  @ApiQuery({
    name: 'after_seq',
    required: false,
    description: 'Entries up to this one are left out.',
    schema: { type: 'integer', minimum: 0, maximum: MAX_SEQ, default: 0 },
  })
  @ApiLimitQuery({ default: 1_000, max: 10_000 })
  @ApiQuery({
    name: 'lvl',
    required: false,
    description: 'The least level.',
    schema: { $ref: '#/components/schemas/Level' },
  })
  @ApiQuery({
    name: 'node_id',
    required: false,
    description: 'Only entries of this node.',
    schema: { type: 'string', minLength: 1, maxLength: 64 },
  })
  @ApiJsonAnswer(200, logSchema, { description: 'Entries in order of `seq`.', example: EXAMPLE_LOG })
  @ApiProblems('invalid-parameter', 'run-not-found')
  async listRunLogs(
    @CallerNamespace() namespace: Namespace,
    @Param('run_id') id: string,
    @Query(new ZodQueryPipe(logsQuery)) query: LogsQuery,
  ): Promise<object[]> {
    const { after_seq: afterSeq, limit, lvl: minLevel, node_id: nodeId } = query;
    return (await this.runs.logs(namespace, id, { afterSeq, limit, minLevel, nodeId })).map(toLogDto);
  }

  @Post(':run_id/cancel')
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({ summary: 'Cancel a run', description: 'Durable when it is answered; can be repeated.' })
  @ApiIdParam('run_id', RUN_ID, RUN_ID_PARAM)
  @ApiJsonAnswer(200, cancelledRunSchema, {
    description: 'It was CANCELLED already.',
    example: { ok: true, run_id: EXAMPLE_RUN_ID, status: 'CANCELLED' },
  })
  @ApiJsonAnswer(202, cancelledRunSchema, {
    description: 'It will end CANCELLED.',
    example: { ok: true, run_id: EXAMPLE_RUN_ID, status: 'RUNNING' },
  })
  @ApiProblems(
    'malformed-json',
    'invalid-parameter',
    'run-not-found',
    'run-finished',
    'payload-too-large',
    'unsupported-media-type',
    'run-damaged',
    'storage-unavailable',
    'shutting-down',
    'not-ready',
  )
  async cancelRun(
    @CallerNamespace() namespace: Namespace,
    @Param('run_id') id: string,
    @Query(new ZodQueryPipe(noQuery)) _query: object,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const outcome = await this.runs.cancel(namespace, id);
    if (outcome.wasCancelled) response.status(200);
    return { ok: true, run_id: outcome.runId, status: outcome.status };
  }

  @Delete(':run_id')
  @RequireScope('runs:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a run',
    description: 'With its journal and its files. Only a run that has ended; runs that retry it stay as they are.',
  })
  @ApiIdParam('run_id', RUN_ID, RUN_ID_PARAM)
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems('run-not-found', 'run-not-finished', 'storage-unavailable', 'overloaded')
  deleteRun(@CallerNamespace() namespace: Namespace, @Param('run_id') id: string): Promise<void> {
    return this.remover.remove(namespace, id);
  }
}
