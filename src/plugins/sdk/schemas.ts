import { z } from 'zod';
import type { Json, JsonObject } from '../../executor/core/index.js';

// What runs through a node is JSON by construction (it was parsed or checked before), so these look no deeper and hand the
// value on untouched: zod's own `z.json()` and `z.record()` copy it and lose a key named `__proto__`.

/** Any JSON value, handed on as it is. */
export const anyJson = z.unknown() as unknown as z.ZodType<Json, Json>;

/** An object with any keys; every one of them reaches the agent. */
export const anyObject = z.looseObject({}) as unknown as z.ZodType<JsonObject, JsonObject>;
