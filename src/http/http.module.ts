import { Module } from '@nestjs/common';
import { IdempotencyService } from './idempotency/index.js';
import { RootController } from './root.controller.js';

/** What controllers share and have injected. `IdempotencyRepository` comes from the global storage module. */
@Module({ controllers: [RootController], providers: [IdempotencyService], exports: [IdempotencyService] })
export class HttpModule {}
