import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { IdempotencyService } from './idempotency/index.js';
import { RateLimitStore, RateLimiter, openRateLimitStore } from './rate-limit/index.js';
import { RootController } from './root.controller.js';
import { ConnectionGuard } from './server/index.js';

@Injectable()
class StoreCloser implements OnApplicationShutdown {
  constructor(private readonly store: RateLimitStore) {}

  onApplicationShutdown(): Promise<void> {
    return this.store.close();
  }
}

/** What controllers share and have injected. `IdempotencyRepository` comes from the global storage module. */
@Module({
  controllers: [RootController],
  providers: [
    IdempotencyService,
    { provide: RateLimitStore, inject: [AppConfig], useFactory: openRateLimitStore },
    RateLimiter,
    ConnectionGuard,
    StoreCloser,
  ],
  exports: [IdempotencyService, RateLimiter, ConnectionGuard],
})
export class HttpModule {}
