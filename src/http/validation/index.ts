export { ZodBodyPipe, assertBodyObject } from './zod-body.pipe.js';
export { ZodQueryPipe } from './zod-query.pipe.js';
export { type Fault, faultsOf } from './zod-faults.js';
export { queryInteger, queryNumber, queryTimestamp } from './query-fields.js';
export { capDetails, countOfFaults } from './capped-details.js';
export { NearestHints } from './known-keys.js';
