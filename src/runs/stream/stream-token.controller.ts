import { Body, Controller, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { RequireScope } from '../../auth/access/index.js';
import { MAX_STREAM_TOKEN_SEC, StreamTokens } from '../../auth/index.js';
import { ZodBodyPipe } from '../../http/index.js';
import { ApiJsonAnswer, ApiJsonBody, ApiProblems } from '../../http/openapi/index.js';
import { EXAMPLE_RUN_ID } from '../dto/run.examples.js';
import {
  type StreamTokenAnswer,
  type StreamTokenRequest,
  streamTokenRequestSchema,
  streamTokenSchema,
} from '../dto/stream-token.schemas.js';
import { RunsService } from '../runs.service.js';

const EXAMPLE: StreamTokenAnswer = {
  token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IndhbmQtc3RyZWFtK2p3dCJ9.e30.c2lnbmF0dXJl',
  expires_at: '2026-11-23T10:01:00.000Z',
};

@ApiTags('auth')
@Controller('auth')
export class StreamTokenController {
  constructor(
    private readonly runs: RunsService,
    private readonly tokens: StreamTokens,
  ) {}

  @Post('stream-token')
  @RequireScope('runs:read')
  @ApiOperation({
    summary: 'Get a token that opens the stream of a run',
    description:
      'For `EventSource`, which cannot send headers: pass it as `?access_token=`. It opens the stream of this run and nothing ' +
      'else, for at most a minute.',
  })
  @ApiJsonBody(streamTokenRequestSchema, { examples: { run: { run_id: EXAMPLE_RUN_ID } } })
  @ApiJsonAnswer(201, streamTokenSchema, { description: 'The token.', example: EXAMPLE })
  @ApiProblems(
    'malformed-json',
    'invalid-body',
    'run-not-found',
    'payload-too-large',
    'unsupported-media-type',
    'token-invalid',
  )
  async createStreamToken(
    @Req() { caller }: Request,
    @Body(new ZodBodyPipe(streamTokenRequestSchema, 'token-invalid')) body: StreamTokenRequest,
  ): Promise<StreamTokenAnswer> {
    if (caller === undefined) throw new TypeError('a handler behind a scope has a caller');
    const { runId } = await this.runs.findHead(caller.namespace, body.run_id);
    const { token, expiresAt } = await this.tokens.issue(caller, runId, body.expires_in ?? MAX_STREAM_TOKEN_SEC);
    return { token, expires_at: expiresAt.toISOString() };
  }
}
