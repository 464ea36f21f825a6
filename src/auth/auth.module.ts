import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { Authenticator } from './authenticator.js';
import { ConfiguredKeys } from './configured-keys.js';
import { TokenController } from './jwt/token.controller.js';
import { TokenIssuer } from './jwt/token-issuer.js';
import { TokenVerifier } from './jwt/token-verifier.js';
import { KeyHolders } from './key-holders.js';
import { StreamTokens } from './stream-token/stream-tokens.js';

/** Knows who calls, and keeps every handler behind its scope, unless it is marked `@Public()`. */
@Module({
  imports: [ApiKeysModule],
  controllers: [ApiKeysController, TokenController],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    Authenticator,
    ConfiguredKeys,
    KeyHolders,
    TokenIssuer,
    TokenVerifier,
    StreamTokens,
  ],
  exports: [Authenticator, KeyHolders, StreamTokens],
})
export class AuthModule {}
