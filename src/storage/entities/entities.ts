import { ApiKeyEntity } from './api-key.entity.js';
import { ArtifactEntity } from './artifact.entity.js';
import { GraphVersionEntity } from './graph-version.entity.js';
import { GraphEntity } from './graph.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';
import { ProcessLeaseEntity } from './process-lease.entity.js';
import { RunEventEntity } from './run-event.entity.js';
import { RunLabelEntity } from './run-label.entity.js';
import { RunEntity } from './run.entity.js';

/** Every table of the product. */
export const ENTITIES = [
  GraphEntity,
  GraphVersionEntity,
  RunEntity,
  RunLabelEntity,
  RunEventEntity,
  ArtifactEntity,
  IdempotencyKeyEntity,
  ProcessLeaseEntity,
  ApiKeyEntity,
];
