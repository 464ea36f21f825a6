import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CallerNamespace, RequireScope } from '../../auth/access/index.js';
import { type Namespace, RUN_ID } from '../../executor/core/index.js';
import { ZodQueryPipe } from '../../http/index.js';
import { ApiIdParam, ApiProblems } from '../../http/openapi/index.js';
import { EXAMPLE_RUN_ID } from '../dto/run.examples.js';
import { noQuery } from '../dto/run.queries.js';
import { StreamHub } from '../stream/stream-hub.js';
import { EXAMPLE_JOURNAL_FILE } from './export.examples.js';
import { JournalExporter } from './journal-exporter.js';

const NDJSON = 'application/x-ndjson';

@ApiTags('runs')
@Controller('runs/:run_id/journal.ndjson')
export class ExportController {
  constructor(
    private readonly exporter: JournalExporter,
    private readonly hub: StreamHub,
  ) {}

  @Get()
  @RequireScope('runs:read')
  @ApiOperation({
    summary: 'Export the journal of a run',
    description:
      'The whole journal as a file that `wand replay` reads, one JSON object a line: first a header with the graph and what ' +
      'its agents take, then each entry as `GET /runs/{run_id}/logs` shows it, with large outputs beside their references. ' +
      'Of a run that goes on, all up to the entry that is the last now. An answer that cannot be finished ends in a broken ' +
      'connection.',
  })
  @ApiIdParam('run_id', RUN_ID, { description: 'Id of a run.', example: EXAMPLE_RUN_ID })
  @ApiOkResponse({
    description: 'The file.',
    headers: { 'Content-Disposition': { description: 'Names the file.', schema: { type: 'string' } } },
    content: { [NDJSON]: { schema: { type: 'string' }, example: EXAMPLE_JOURNAL_FILE } },
  })
  @ApiProblems('invalid-parameter', 'run-not-found', 'run-damaged', 'shutting-down')
  async exportRunJournal(
    @CallerNamespace() namespace: Namespace,
    @Param('run_id') id: string,
    @Query(new ZodQueryPipe(noQuery)) _query: object,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { runId, lines } = await this.exporter.export(namespace, id);
    const download = this.hub.download(response);
    // Set as it is: express would add a charset, which the media type does not have.
    response.setHeader('Content-Type', NDJSON);
    response.setHeader('Content-Disposition', `attachment; filename="${runId}.journal.ndjson"`);
    if (request.method === 'HEAD') response.end();
    else await download.send(lines);
  }
}
