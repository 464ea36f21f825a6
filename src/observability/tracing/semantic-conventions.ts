/**
 * Every name that stands on a span or on the resource, here and nowhere else: the stable conventions of OpenTelemetry, and
 * `wand.*` for what they have no word for. Loaded only while tracing is on.
 */
export {
  ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
  HTTP_REQUEST_METHOD_VALUE_OTHER,
} from '@opentelemetry/semantic-conventions';

/** Of the resource; not among the stable exports of the library yet. */
export const ATTR_HOST_NAME = 'host.name';

/** On the span of a request: the id that its answer and its log lines carry. */
export const ATTR_WAND_REQUEST_ID = 'wand.request.id';

/** On the span of a run and on those of its attempts. */
export const ATTR_WAND_RUN_ID = 'wand.run.id';
export const ATTR_WAND_GRAPH_ID = 'wand.graph.id';
/** On the span of a run. */
export const ATTR_WAND_GRAPH_NAME = 'wand.graph.name';
export const ATTR_WAND_GRAPH_VERSION = 'wand.graph.version';
/** How it ended: `SUCCESS`, `FAILED` or `CANCELLED`. */
export const ATTR_WAND_RUN_STATUS = 'wand.run.status';
/** How often another session took it over. */
export const ATTR_WAND_RUN_EPOCH = 'wand.run.epoch';
/** The run that it retries. */
export const ATTR_WAND_RUN_RETRY_OF = 'wand.run.retry_of';

/** On the span of an attempt. */
export const ATTR_WAND_NODE_ID = 'wand.node.id';
/** From 1. */
export const ATTR_WAND_NODE_ATTEMPT = 'wand.node.attempt';
export const ATTR_WAND_AGENT_TYPE = 'wand.agent.type';
/** `succeeded`, `failed`, `retrying`, `interrupted` or `cancelled`. */
export const ATTR_WAND_ATTEMPT_OUTCOME = 'wand.attempt.outcome';

/** Events on the span of a run. */
export const EVENT_RUN_STARTED = 'wand.run.started';
export const EVENT_RUN_RECOVERED = 'wand.run.recovered';
export const EVENT_RUN_CANCEL_REQUESTED = 'wand.run.cancel_requested';
/** A node failed without an attempt. */
export const EVENT_NODE_FAILED = 'wand.node.failed';

/** Event on the span of an attempt that another one follows. */
export const EVENT_RETRY = 'wand.node.retry';
/** Milliseconds until that. */
export const ATTR_WAND_RETRY_WAIT_MS = 'wand.retry.wait_ms';
