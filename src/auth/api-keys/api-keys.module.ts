import { Module } from '@nestjs/common';
import { Relay } from '../../events/index.js';
import { ApiKeyRepository } from '../../storage/index.js';
import { ActiveKeys } from './active-keys.js';
import { ApiKeysService } from './api-keys.service.js';

/** Keys that change in another process are asked for again as soon as it says so. */
function openKeys(repository: ApiKeyRepository, relay?: Relay): ActiveKeys {
  const keys = new ActiveKeys(repository);
  relay?.hints$.subscribe((hint) => {
    if (hint.kind === 'key') keys.forget(hint.keyId);
  });
  return keys;
}

/** The keys in the database, without anything of HTTP. `ApiKeyRepository` and `Ids` come from the global storage module. */
@Module({
  providers: [
    {
      provide: ActiveKeys,
      inject: [ApiKeyRepository, { token: Relay, optional: true }],
      useFactory: openKeys,
    },
    ApiKeysService,
  ],
  exports: [ActiveKeys, ApiKeysService],
})
export class ApiKeysModule {}
