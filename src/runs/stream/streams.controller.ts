import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CallerNamespace, RequireScope } from '../../auth/access/index.js';
import { AppConfig } from '../../config/index.js';
import { EventBus } from '../../events/index.js';
import { type Namespace, RUN_ID } from '../../executor/core/index.js';
import { ZodQueryPipe } from '../../http/index.js';
import { ApiEventStream, ApiIdParam, ApiProblems } from '../../http/openapi/index.js';
import { Journal } from '../../storage/index.js';
import { allRunsStreamSchema, runStreamSchema } from '../dto/event.schemas.js';
import { EXAMPLE_RUN_ID } from '../dto/run.examples.js';
import { MAX_SEQ, type StreamQuery, noQuery, streamQuery } from '../dto/run.queries.js';
import { RunsService } from '../runs.service.js';
import { EventsFeed } from './events-feed.js';
import { startSeq } from './last-seq.js';
import { RunStream } from './run-stream.js';
import { StreamHub } from './stream-hub.js';

const START = { run_id: EXAMPLE_RUN_ID, status: 'RUNNING', progress: 0, last_seq: 2 };
const END = { run_id: EXAMPLE_RUN_ID, status: 'SUCCESS' };
const EVENT = {
  seq: 2,
  ts: 1795428000.011,
  lvl: 'info',
  type: 'run.started',
  msg: 'run started',
  run_id: EXAMPLE_RUN_ID,
};
const LAGGED = { message: 'the client reads too slowly: connect again with Last-Event-ID, nothing is lost' };

const EXAMPLE_STREAM = { 'stream.start': START, 'run.started': EVENT, 'stream.lagged': LAGGED, 'stream.end': END };
const EXAMPLE_EVENTS = { 'stream.start': {}, 'run.started': EVENT };

const WIRE = [
  '```',
  'retry: 2000',
  '',
  'event: stream.start',
  `data: ${JSON.stringify(START)}`,
  '',
  `id: ${EVENT.seq}`,
  `event: ${EVENT.type}`,
  `data: ${JSON.stringify(EVENT)}`,
  '',
  'event: stream.end',
  `data: ${JSON.stringify(END)}`,
  '```',
].join('\n');

/** The handlers write to the response themselves: see docs/decisions/0004-own-sse-writer.md. */
@ApiTags('runs')
@Controller()
export class StreamsController {
  constructor(
    private readonly config: AppConfig,
    private readonly runs: RunsService,
    private readonly journal: Journal,
    private readonly bus: EventBus,
    private readonly hub: StreamHub,
  ) {}

  @Get('runs/:run_id/stream')
  @RequireScope('runs:read')
  @ApiOperation({
    summary: 'Watch a run',
    description:
      'The journal as Server-Sent Events: `stream.start`, every event after the given one, live ones without a gap or a ' +
      'repeat, and `stream.end` after the last. `data` of each is a `LogEntry` with `run_id`. A client that reads too ' +
      'slowly gets `stream.lagged`; it connects again with `Last-Event-ID` and has lost nothing. The service closes a ' +
      'stream without `stream.end` when it stops: then too. On the wire:\n\n' +
      WIRE,
  })
  @ApiIdParam('run_id', RUN_ID, { description: 'Id of a run.', example: EXAMPLE_RUN_ID })
  @ApiQuery({
    name: 'after_seq',
    required: false,
    description: 'Entries up to this one are left out.',
    schema: { type: 'integer', minimum: 0, maximum: MAX_SEQ },
  })
  @ApiQuery({
    name: 'access_token',
    required: false,
    description:
      'A token of `POST /auth/stream-token` instead of a key, for `EventSource`. It is looked at when the stream opens; the ' +
      'stream goes on when it has expired.',
    schema: { type: 'string', maxLength: 2_000, pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+){2}$' },
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Id of the last event received; beats `after_seq`.',
    schema: { type: 'string', pattern: '^\\d{0,12}$' },
  })
  @ApiEventStream(runStreamSchema, { description: 'The stream.', examples: EXAMPLE_STREAM })
  @ApiProblems('invalid-parameter', 'run-not-found', 'too-many-streams', 'overloaded', 'shutting-down')
  async streamRun(
    @CallerNamespace() namespace: Namespace,
    @Param('run_id') id: string,
    @Query(new ZodQueryPipe(streamQuery)) query: StreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const afterSeq = startSeq(lastEventId, query.after_seq);
    const { runId } = await this.runs.findHead(namespace, id);
    const { journal, bus } = this;
    const { sseQueueSize: queueSize } = this.config.monitoring;
    const connection = this.hub.open(response, 'run');
    const findRun = () => this.runs.findHead(namespace, runId);
    await new RunStream({ runId, afterSeq, connection, journal, bus, findRun, queueSize }).run();
  }

  @Get('events')
  @RequireScope('runs:read')
  @ApiOperation({
    summary: 'Watch all runs',
    description:
      'Run-level events of all runs of the namespace as Server-Sent Events, from now on. `GET /runs` tells what was before. No cursor holds ' +
      'across runs, so events have no `id` and `Last-Event-ID` means nothing here. A client that reads too slowly gets ' +
      '`stream.lagged`: it has missed events.',
  })
  @ApiEventStream(allRunsStreamSchema, { description: 'The stream.', examples: EXAMPLE_EVENTS })
  @ApiProblems('invalid-parameter', 'too-many-streams', 'overloaded', 'shutting-down')
  async streamEvents(
    @CallerNamespace() namespace: Namespace,
    @Query(new ZodQueryPipe(noQuery)) _query: object,
    @Res() response: Response,
  ): Promise<void> {
    const { sseQueueSize: queueSize } = this.config.monitoring;
    const connection = this.hub.open(response, 'events');
    await new EventsFeed({ namespace, bus: this.bus, connection, queueSize }).run();
  }
}
