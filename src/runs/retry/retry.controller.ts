import { Body, Controller, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CallerNamespace, RequireScope } from '../../auth/access/index.js';
import { type Namespace, RUN_ID } from '../../executor/core/index.js';
import { IdempotencyService, ZodBodyPipe, ZodQueryPipe, idempotencyRequestOf, sendAnswer } from '../../http/index.js';
import { ApiIdParam, ApiIdempotencyKey, ApiJsonAnswer, ApiJsonBody, ApiProblems } from '../../http/openapi/index.js';
import { EXAMPLE_RETRIED_RUN, EXAMPLE_RETRY_RUN, EXAMPLE_RUN_ID } from '../dto/run.examples.js';
import { noQuery } from '../dto/run.queries.js';
import { type RetryRunBody, retriedRunSchema, retryRunSchema } from '../dto/run.schemas.js';
import { RunRetrier } from './run-retrier.js';

@ApiTags('runs')
@Controller('runs/:run_id/retry')
export class RetryController {
  constructor(
    private readonly retrier: RunRetrier,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post()
  @RequireScope('runs:write')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Retry a run',
    description:
      'Starts a new run that takes over the successes of an ended one: those whose definition, input and params would be ' +
      'the same. Everything else, and all that depends on it, is decided again. The new run is durable when this answers.',
  })
  @ApiIdParam('run_id', RUN_ID, { description: 'Id of a run that has ended.', example: EXAMPLE_RUN_ID })
  @ApiIdempotencyKey()
  @ApiJsonBody(retryRunSchema, { examples: { plain: {}, changed: EXAMPLE_RETRY_RUN }, required: false })
  @ApiJsonAnswer(200, retriedRunSchema, {
    description: 'With `dry_run`: what would be reused; nothing was started.',
    example: { ...EXAMPLE_RETRIED_RUN, run_id: null },
  })
  @ApiJsonAnswer(202, retriedRunSchema, {
    description: 'Committed; it will run whatever happens.',
    example: EXAMPLE_RETRIED_RUN,
    headers: { Location: 'Path of the new run.', 'Idempotency-Replayed': '`true` when this is an earlier answer.' },
  })
  @ApiProblems(
    'malformed-json',
    'invalid-body',
    'invalid-parameter',
    'run-not-found',
    'graph-not-found',
    'run-not-finished',
    'nothing-to-retry',
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
  async retryRun(
    @CallerNamespace() namespace: Namespace,
    @Param('run_id') id: string,
    @Query(new ZodQueryPipe(noQuery)) _query: object,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body(new ZodBodyPipe(retryRunSchema, 'run-invalid', { optional: true })) body: RetryRunBody,
  ): Promise<object> {
    const answer = await this.idempotency.answer(idempotencyRequestOf(request), (guardWith) =>
      this.retrier.retry(namespace, id, body, guardWith, ({ runId, retryOf, reused, rerun }) => ({
        status: runId === null ? 200 : 202,
        body: { run_id: runId, retry_of: retryOf, reused, rerun },
        location: runId === null ? undefined : `/runs/${runId}`,
      })),
    );
    return sendAnswer(response, answer);
  }
}
