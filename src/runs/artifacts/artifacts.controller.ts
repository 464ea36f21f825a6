import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CallerNamespace, RequireScope } from '../../auth/access/index.js';
import { type Namespace, RUN_ID } from '../../executor/core/index.js';
import { ApiIdParam, ApiJsonAnswer, ApiProblems } from '../../http/openapi/index.js';
import { ArtifactRepository } from '../../storage/index.js';
import { EXAMPLE_ARTIFACTS, EXAMPLE_RUN_ID } from '../dto/run.examples.js';
import { artifactListSchema } from '../dto/run.schemas.js';
import { toArtifactDto } from '../dto/to-run-dto.js';
import { ArtifactNotFoundError } from '../runs.errors.js';
import { RunsService } from '../runs.service.js';
import { matchesEntityTag } from './entity-tag.js';

const RUN_ID_PARAM = { description: 'Id of a run.', example: EXAMPLE_RUN_ID } as const;

@ApiTags('runs')
@Controller('runs/:run_id/artifacts')
export class ArtifactsController {
  constructor(
    private readonly runs: RunsService,
    private readonly artifacts: ArtifactRepository,
  ) {}

  @Get()
  @RequireScope('runs:read')
  @ApiOperation({ summary: 'List the files that a run produced' })
  @ApiIdParam('run_id', RUN_ID, RUN_ID_PARAM)
  @ApiJsonAnswer(200, artifactListSchema, { description: 'By name.', example: EXAMPLE_ARTIFACTS })
  @ApiProblems('run-not-found')
  async listArtifacts(@CallerNamespace() namespace: Namespace, @Param('run_id') id: string): Promise<object> {
    const { runId } = await this.runs.find(namespace, id);
    return { items: (await this.artifacts.list(runId)).map(toArtifactDto) };
  }

  @Get(':name')
  @RequireScope('runs:read')
  @ApiOperation({ summary: 'Read a file that a run produced' })
  @ApiIdParam('run_id', RUN_ID, RUN_ID_PARAM)
  @ApiParam({
    name: 'name',
    description: 'Name of the file.',
    schema: { type: 'string', minLength: 1, maxLength: 128, example: 'chart.svg' },
  })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'Entity tags; 304 when the file has one of them.',
    schema: { type: 'string', maxLength: 2_000 },
  })
  @ApiOkResponse({
    description: 'The file, with its content type and a strong ETag.',
    headers: { ETag: { description: 'Digest of the content.', schema: { type: 'string' } } },
    content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse({ status: 304, description: 'It is what `If-None-Match` says.' })
  @ApiProblems('run-not-found', 'artifact-not-found')
  async getArtifact(
    @CallerNamespace() namespace: Namespace,
    @Param('run_id') id: string,
    @Param('name') name: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const { runId } = await this.runs.find(namespace, id);
    const artifact = await this.artifacts.find(runId, name);
    if (artifact === undefined) throw new ArtifactNotFoundError(runId, name);
    const etag = `"${artifact.sha256}"`;
    response.set({
      ETag: etag,
      'Cache-Control': 'private, no-cache',
      'Content-Disposition': `inline; filename="${artifact.name}"`,
      // An SVG may hold script, and an agent may have drawn it from somebody else's data.
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox",
    });
    if (matchesEntityTag(ifNoneMatch, etag)) {
      response.status(304).end();
      return;
    }
    response.type(artifact.contentType).send(Buffer.from(artifact.body));
  }
}
