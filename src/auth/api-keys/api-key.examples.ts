import type { ApiKeyAnswer, CreatedApiKeyAnswer, NewKeyBody } from './api-key.schemas.js';

export const EXAMPLE_KEY_ID = 'k_01jd9x3k5r7s8t9v0w1x2y3z4a';

export const EXAMPLE_NEW_KEY: NewKeyBody = { name: 'ci', scopes: ['graphs:read', 'runs:read', 'runs:write'] };

export const EXAMPLE_KEY: ApiKeyAnswer = {
  key_id: EXAMPLE_KEY_ID,
  name: 'ci',
  namespace: 'default',
  prefix: 'wand_AbCdEfGh',
  scopes: ['graphs:read', 'runs:read', 'runs:write'],
  status: 'active',
  created_at: '2026-11-23T10:00:00.000Z',
  expires_at: null,
  last_used_at: null,
  revoked_at: null,
  replaced_by: null,
};

export const EXAMPLE_CREATED_KEY: CreatedApiKeyAnswer = {
  ...EXAMPLE_KEY,
  key: `wand_AbCdEfGh${'0'.repeat(35)}`,
};
