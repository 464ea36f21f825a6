export { type Caller, Public, RequireScope } from './access/index.js';
export { newKeySchema, rotationSchema } from './api-keys/api-key.schemas.js';
export { ApiKeysModule } from './api-keys/api-keys.module.js';
export { ApiKeysService, type CreatedKey, type KeyManager } from './api-keys/api-keys.service.js';
export { toApiKey, toCreatedApiKey, toNewKey } from './api-keys/to-api-key-dto.js';
export { AuthModule } from './auth.module.js';
export { authenticate } from './authenticate.middleware.js';
export { Authenticator } from './authenticator.js';
export { MAX_STREAM_TOKEN_SEC, StreamTokens } from './stream-token/stream-tokens.js';
