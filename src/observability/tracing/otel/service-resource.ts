import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  type Resource,
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import type { AppConfig } from '../../../config/index.js';
import {
  ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
  ATTR_HOST_NAME,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '../semantic-conventions.js';

/** What this process is. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`, which operators of Kubernetes set, win. */
export function serviceResource({ appName, environment }: AppConfig, version: string): Resource {
  const own = resourceFromAttributes({
    [ATTR_SERVICE_NAME]: appName,
    [ATTR_SERVICE_VERSION]: version,
    [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
    [ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: environment,
    [ATTR_HOST_NAME]: hostname(),
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}
