import { Module } from '@nestjs/common';
import { IdempotencyService } from './idempotency/index.js';

/** What controllers share and have injected. `IdempotencyRepository` comes from the global storage module. */
@Module({ providers: [IdempotencyService], exports: [IdempotencyService] })
export class HttpModule {}
