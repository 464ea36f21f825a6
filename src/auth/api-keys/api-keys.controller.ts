import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { KEY_ID } from '../../executor/core/index.js';
import {
  ApiCursorQuery,
  ApiIdParam,
  ApiJsonAnswer,
  ApiJsonBody,
  ApiLimitQuery,
  ApiProblems,
} from '../../http/openapi/index.js';
import { type Page, toPage } from '../../http/pagination/index.js';
import { ZodBodyPipe, ZodQueryPipe } from '../../http/validation/index.js';
import { RequireScope } from '../access/index.js';
import { EXAMPLE_CREATED_KEY, EXAMPLE_KEY, EXAMPLE_KEY_ID, EXAMPLE_NEW_KEY } from './api-key.examples.js';
import { type ListKeysQuery, listKeysQuery } from './api-key.queries.js';
import {
  type ApiKeyAnswer,
  type CreatedApiKeyAnswer,
  DEFAULT_OVERLAP_SEC,
  type NewKeyBody,
  type RotationBody,
  apiKeyPageSchema,
  apiKeySchema,
  createdApiKeySchema,
  newKeySchema,
  rotationSchema,
} from './api-key.schemas.js';
import { ApiKeysService, type CreatedKey } from './api-keys.service.js';
import type { KeyManager } from './api-keys.service.js';
import { Manager } from './key-manager.decorator.js';
import { toApiKey, toCreatedApiKey, toNewKey } from './to-api-key-dto.js';

const KEY_ID_PARAM = { description: 'Id of an API key.', example: EXAMPLE_KEY_ID };
const CREATED = {
  description: 'The only answer that ever holds the key itself.',
  example: EXAMPLE_CREATED_KEY,
  headers: { Location: 'Path of the key.' },
};

@ApiTags('keys')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @RequireScope('keys')
  @ApiOperation({
    summary: 'Create an API key',
    description:
      'With scopes that the caller has itself; in another namespace only with `admin`. An `Idempotency-Key` means nothing ' +
      'here: to give the answer again the service would have to keep the key.',
  })
  @ApiJsonBody(newKeySchema, { examples: { ci: EXAMPLE_NEW_KEY } })
  @ApiJsonAnswer(201, createdApiKeySchema, CREATED)
  @ApiProblems(
    'malformed-json',
    'invalid-body',
    'payload-too-large',
    'unsupported-media-type',
    'key-invalid',
    'storage-unavailable',
    'overloaded',
  )
  async createApiKey(
    @Manager() manager: KeyManager,
    @Res({ passthrough: true }) response: Response,
    @Body(new ZodBodyPipe(newKeySchema, 'key-invalid')) body: NewKeyBody,
  ): Promise<CreatedApiKeyAnswer> {
    return answerWith(await this.keys.create(manager, toNewKey(body)), response);
  }

  @Get()
  @RequireScope('keys')
  @ApiOperation({
    summary: 'List API keys, newest first',
    description: 'Those that have ended as well. A caller with `admin` sees all namespaces, unless it names one.',
  })
  @ApiLimitQuery({ default: 50, max: 200 })
  @ApiCursorQuery()
  @ApiJsonAnswer(200, apiKeyPageSchema, {
    description: 'Keys, without the keys themselves.',
    example: { items: [EXAMPLE_KEY], next_cursor: null },
  })
  async listApiKeys(
    @Manager() manager: KeyManager,
    @Query(new ZodQueryPipe(listKeysQuery)) { limit, cursor }: ListKeysQuery,
  ): Promise<Page<ApiKeyAnswer>> {
    const page = toPage(await this.keys.list(manager, { limit, before: cursor }), limit, ({ keyId }) => keyId);
    return { ...page, items: page.items.map(toApiKey) };
  }

  @Get(':key_id')
  @RequireScope('keys')
  @ApiOperation({ summary: 'Read an API key' })
  @ApiIdParam('key_id', KEY_ID, KEY_ID_PARAM)
  @ApiJsonAnswer(200, apiKeySchema, { description: 'All but the key itself.', example: EXAMPLE_KEY })
  @ApiProblems('key-not-found')
  async getApiKey(@Manager() manager: KeyManager, @Param('key_id') id: string): Promise<ApiKeyAnswer> {
    return toApiKey(await this.keys.get(manager, id));
  }

  @Delete(':key_id')
  @RequireScope('keys')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke an API key',
    description:
      'At once in the process that answers, within 5 s in others. Only by callers who have all of its scopes.',
  })
  @ApiIdParam('key_id', KEY_ID, KEY_ID_PARAM)
  @ApiNoContentResponse({ description: 'It is no key any more.' })
  @ApiProblems('key-not-found', 'storage-unavailable', 'overloaded')
  revokeApiKey(@Manager() manager: KeyManager, @Param('key_id') id: string): Promise<void> {
    return this.keys.revoke(manager, id);
  }

  @Post(':key_id/rotate')
  @RequireScope('keys')
  @ApiOperation({
    summary: 'Replace an API key',
    description:
      'The new key has the name, scopes and namespace of the old one, and lives as long from now on. The old one ends after ' +
      'the overlap. Only by callers who have all of its scopes.',
  })
  @ApiIdParam('key_id', KEY_ID, KEY_ID_PARAM)
  @ApiJsonBody(rotationSchema, { examples: { aDay: { overlap_sec: 86_400 } }, required: false })
  @ApiJsonAnswer(201, createdApiKeySchema, CREATED)
  @ApiProblems(
    'malformed-json',
    'invalid-body',
    'key-not-found',
    'key-ended',
    'payload-too-large',
    'unsupported-media-type',
    'key-invalid',
    'storage-unavailable',
    'overloaded',
  )
  async rotateApiKey(
    @Manager() manager: KeyManager,
    @Param('key_id') id: string,
    @Res({ passthrough: true }) response: Response,
    @Body(new ZodBodyPipe(rotationSchema, 'key-invalid', { optional: true })) body: RotationBody,
  ): Promise<CreatedApiKeyAnswer> {
    return answerWith(await this.keys.rotate(manager, id, body.overlap_sec ?? DEFAULT_OVERLAP_SEC), response);
  }
}

function answerWith(created: CreatedKey, response: Response): CreatedApiKeyAnswer {
  response.setHeader('Location', `/api-keys/${created.key.keyId}`);
  return toCreatedApiKey(created);
}
