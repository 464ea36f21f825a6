import { Module } from '@nestjs/common';
import { ApiKeyRepository } from '../../storage/index.js';
import { ActiveKeys } from './active-keys.js';
import { ApiKeysService } from './api-keys.service.js';

/** The keys in the database, without anything of HTTP. `ApiKeyRepository` and `Ids` come from the global storage module. */
@Module({
  providers: [
    {
      provide: ActiveKeys,
      inject: [ApiKeyRepository],
      useFactory: (repository: ApiKeyRepository) => new ActiveKeys(repository),
    },
    ApiKeysService,
  ],
  exports: [ActiveKeys, ApiKeysService],
})
export class ApiKeysModule {}
