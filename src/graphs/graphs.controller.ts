import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CallerNamespace, RequireScope } from '../auth/access/index.js';
import { GRAPH_ID, type Namespace } from '../executor/core/index.js';
import { graphSpec } from '../executor/index.js';
import {
  IdempotencyService,
  type Page,
  ZodQueryPipe,
  assertBodyObject,
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
import { EXAMPLE_GRAPH, EXAMPLE_GRAPH_ID, EXAMPLE_PAGE, EXAMPLE_STORED_GRAPH } from './dto/graph.examples.js';
import { type GetGraphQuery, type ListGraphsQuery, getGraphQuery, listGraphsQuery } from './dto/graph.queries.js';
import {
  type CreatedGraph,
  type GraphItem,
  type GraphVerdictAnswer,
  type StoredGraphAnswer,
  createdGraphSchema,
  graphPageSchema,
  graphVerdictSchema,
  storedGraphSchema,
} from './dto/graph.schemas.js';
import { capFaults, toCreatedGraph, toGraphItem, toStoredGraph } from './dto/to-graph-dto.js';
import { GraphsService } from './graphs.service.js';
import { GraphValidator } from './validation/graph-validator.js';

const GRAPH_ID_PARAM = { description: 'Id of a graph.', example: EXAMPLE_GRAPH_ID } as const;
const BODY = { examples: { demo: EXAMPLE_GRAPH } };
const CREATED = { graph_id: EXAMPLE_GRAPH_ID, version: 1, warnings: [] };

@ApiTags('graphs')
@Controller('graphs')
export class GraphsController {
  constructor(
    private readonly graphs: GraphsService,
    private readonly validator: GraphValidator,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post()
  @RequireScope('graphs:write')
  @ApiOperation({ summary: 'Create a graph' })
  @ApiIdempotencyKey()
  @ApiJsonBody(graphSpec, BODY)
  @ApiJsonAnswer(201, createdGraphSchema, {
    description: 'Stored as version 1.',
    example: CREATED,
    headers: { Location: 'Path of the graph.', 'Idempotency-Replayed': '`true` when this is an earlier answer.' },
  })
  @ApiProblems(
    'malformed-json',
    'invalid-body',
    'invalid-parameter',
    'idempotency-in-flight',
    'payload-too-large',
    'unsupported-media-type',
    'graph-invalid',
    'idempotency-mismatch',
    'storage-unavailable',
    'overloaded',
  )
  async createGraph(
    @CallerNamespace() namespace: Namespace,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body() body: unknown,
  ): Promise<object> {
    assertBodyObject(body);
    const answer = await this.idempotency.answer(idempotencyRequestOf(request), (guardWith) =>
      this.graphs.create(namespace, body, guardWith, (accepted) => ({
        status: 201,
        body: toCreatedGraph(accepted),
        location: `/graphs/${accepted.graphId}`,
      })),
    );
    return sendAnswer(response, answer);
  }

  @Post('validate')
  @RequireScope('graphs:read')
  @HttpCode(200)
  @ApiOperation({ summary: 'Check a graph without storing it' })
  @ApiJsonBody(graphSpec, BODY)
  @ApiJsonAnswer(200, graphVerdictSchema, {
    description: 'What creating it would say.',
    example: { valid: true, errors: [], warnings: [] },
  })
  @ApiProblems('malformed-json', 'invalid-body', 'payload-too-large', 'unsupported-media-type')
  validateGraph(@Body() body: unknown): GraphVerdictAnswer {
    assertBodyObject(body);
    const verdict = this.validator.validate(body);
    return verdict.valid
      ? { valid: true, errors: [], warnings: [...verdict.warnings] }
      : { valid: false, errors: capFaults(verdict.errors), warnings: [] };
  }

  @Get()
  @RequireScope('graphs:read')
  @ApiOperation({ summary: 'List graphs, newest first' })
  @ApiLimitQuery({ default: 50, max: 200 })
  @ApiCursorQuery()
  @ApiQuery({
    name: 'name',
    required: false,
    description: 'Only graphs of this name.',
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  })
  @ApiJsonAnswer(200, graphPageSchema, { description: 'Graphs that are not archived.', example: EXAMPLE_PAGE })
  @ApiProblems('invalid-parameter')
  async listGraphs(
    @CallerNamespace() namespace: Namespace,
    @Query(new ZodQueryPipe(listGraphsQuery)) query: ListGraphsQuery,
  ): Promise<Page<GraphItem>> {
    const { limit, cursor, name } = query;
    const graphs = await this.graphs.list(namespace, { limit, before: cursor, name });
    const page = toPage(graphs, limit, ({ graphId }) => graphId);
    return { ...page, items: page.items.map(toGraphItem) };
  }

  @Get(':graph_id')
  @RequireScope('graphs:read')
  @ApiOperation({ summary: 'Read a graph' })
  @ApiIdParam('graph_id', GRAPH_ID, GRAPH_ID_PARAM)
  @ApiQuery({
    name: 'version',
    required: false,
    description: 'The newest when left out.',
    schema: { type: 'integer', minimum: 1, maximum: 1_000_000_000 },
  })
  @ApiJsonAnswer(200, storedGraphSchema, {
    description: 'The version asked for; `graph` is the body exactly as it was sent.',
    example: EXAMPLE_STORED_GRAPH,
  })
  @ApiProblems('invalid-parameter', 'graph-not-found')
  async getGraph(
    @CallerNamespace() namespace: Namespace,
    @Param('graph_id') graphId: string,
    @Query(new ZodQueryPipe(getGraphQuery)) { version }: GetGraphQuery,
  ): Promise<StoredGraphAnswer> {
    return toStoredGraph(await this.graphs.get(namespace, graphId, version));
  }

  @Put(':graph_id')
  @RequireScope('graphs:write')
  @ApiOperation({ summary: 'Store a new version of a graph' })
  @ApiIdParam('graph_id', GRAPH_ID, GRAPH_ID_PARAM)
  @ApiJsonBody(graphSpec, BODY)
  @ApiJsonAnswer(200, createdGraphSchema, {
    description: 'Runs that are under way keep their version.',
    example: { ...CREATED, version: 2 },
  })
  @ApiProblems(
    'malformed-json',
    'invalid-body',
    'graph-not-found',
    'graph-archived',
    'payload-too-large',
    'unsupported-media-type',
    'graph-invalid',
    'storage-unavailable',
    'overloaded',
  )
  async replaceGraph(
    @CallerNamespace() namespace: Namespace,
    @Param('graph_id') graphId: string,
    @Body() body: unknown,
  ): Promise<CreatedGraph> {
    assertBodyObject(body);
    return toCreatedGraph(await this.graphs.replace(namespace, graphId, body));
  }

  @Delete(':graph_id')
  @RequireScope('graphs:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Archive a graph' })
  @ApiIdParam('graph_id', GRAPH_ID, GRAPH_ID_PARAM)
  @ApiNoContentResponse({ description: 'No new runs from here on; old ones stay readable.' })
  @ApiProblems('graph-not-found', 'storage-unavailable', 'overloaded')
  archiveGraph(@CallerNamespace() namespace: Namespace, @Param('graph_id') graphId: string): Promise<void> {
    return this.graphs.archive(namespace, graphId);
  }
}
