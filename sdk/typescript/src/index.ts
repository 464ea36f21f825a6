export { type Auth } from './auth.js';
export { WandClient } from './client.js';
export { type Config } from './config.js';
export { type ProblemCode, WandConnectionError, WandProblem } from './errors.js';
export { type RunEvent, type RunEventType } from './events.js';
export { type Graphs } from './graphs.js';
export { type Keys } from './keys.js';
export {
  type CallOptions,
  type CreateOptions,
  type FetchLike,
  type TokenSource,
  type WandClientOptions,
} from './options.js';
export { type Page, type Paged } from './pages.js';
export { type RunStreamOptions, type StreamOptions, type WatchOptions } from './run-stream.js';
export { type Runs } from './runs.js';
/** Every operation of the API as a function, generated; for what the client has no method for. */
export * as operations from './generated/sdk.gen.js';
// What the API takes and gives, by the names of its document: the list grows with the document.
export type * from './generated/types.gen.js';
