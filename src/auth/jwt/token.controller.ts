import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiJsonAnswer, ApiJsonBody, ApiProblems } from '../../http/openapi/index.js';
import { ZodBodyPipe } from '../../http/validation/index.js';
import { RequireCaller } from '../access/index.js';
import { unauthorized } from '../unauthorized.js';
import { TokenIssuer } from './token-issuer.js';
import {
  type TokenAnswer,
  type TokenRequestBody,
  scopesOfText,
  tokenRequestSchema,
  tokenSchema,
} from './token.schemas.js';

const BODY = { examples: { narrow: { scope: 'runs:read', expires_in: 900 } }, required: false };
const EXAMPLE: TokenAnswer = {
  access_token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IndhbmQrand0In0.e30.c2lnbmF0dXJl',
  token_type: 'Bearer',
  expires_in: 900,
  scope: 'runs:read',
};

@ApiTags('auth')
@Controller('auth')
export class TokenController {
  constructor(private readonly issuer: TokenIssuer) {}

  @Post('token')
  @HttpCode(200)
  @RequireCaller()
  @ApiOperation({
    summary: 'Exchange an API key for a token',
    description:
      'The token may do what the key may, or less, for a short time. It ends with the key. A token cannot be exchanged for ' +
      'another one.',
  })
  @ApiJsonBody(tokenRequestSchema, BODY)
  @ApiJsonAnswer(200, tokenSchema, { description: 'The token.', example: EXAMPLE })
  @ApiProblems(
    'malformed-json',
    'invalid-body',
    'tokens-not-configured',
    'payload-too-large',
    'unsupported-media-type',
    'token-invalid',
  )
  async createToken(
    @Req() { caller }: Request,
    @Body(new ZodBodyPipe(tokenRequestSchema, 'token-invalid', { optional: true })) body: TokenRequestBody,
  ): Promise<TokenAnswer> {
    if (caller === undefined) throw unauthorized();
    const { token, expiresIn, scopes } = await this.issuer.issue(caller, {
      scopes: body.scope === undefined ? undefined : scopesOfText(body.scope),
      expiresIn: body.expires_in,
    });
    return { access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope: scopes.join(' ') };
  }
}
