import { z } from 'zod';
import { named } from '../../http/openapi/index.js';
import { CONFIG_KEYS } from '../schema/schema.js';
import { jitterKind } from '../sections/execution.config.js';
import { LOG_LEVELS } from '../sections/logging.config.js';

/** The sets of words that the document has under a name of their own. */
const WORDS: Readonly<Record<string, z.ZodType>> = {
  EXECUTION__RETRY_JITTER: named('Jitter', jitterKind),
  LOGGING__LEVEL: named('LogLevel', z.enum(LOG_LEVELS)),
};

/** Body of `PATCH /config` as the document shows it; what it may hold is judged by the configuration itself. */
export const configPatch = named(
  'ConfigPatch',
  z
    .strictObject(
      Object.fromEntries(
        CONFIG_KEYS.filter((key) => key.reloadable).map(({ env, schema, description }) => [
          env,
          (WORDS[env] ?? schema).nullable().optional().meta({ description }),
        ]),
      ),
    )
    .meta({ description: 'Reloadable keys and their new values.' }),
);

export const CONFIG_PATCH_EXAMPLES = {
  level: { LOGGING__LEVEL: 'WARNING' },
  several: { EXECUTION__MAX_RETRIES: 5, EXECUTION__DEFAULT_TIMEOUT_SEC: 60 },
  back: { EXECUTION__MAX_RETRIES: null },
};
