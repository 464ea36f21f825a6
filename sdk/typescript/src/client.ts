import { ApiCalls } from './api-calls.js';
import { Auth } from './auth.js';
import { Config } from './config.js';
import type { Client } from './generated/client/index.js';
import { getHealth, listAgents, listFleet, listTools } from './generated/sdk.gen.js';
import type { Agent, Health, Member, Tool } from './generated/types.gen.js';
import { Graphs } from './graphs.js';
import { Keys } from './keys.js';
import type { CallOptions, WandClientOptions } from './options.js';
import { Runs } from './runs.js';

/** Everything that a service offers. Names of fields are those of the API; it holds no connection and needs no closing. */
export class WandClient {
  readonly graphs: Graphs;
  readonly runs: Runs;
  readonly keys: Keys;
  readonly auth: Auth;
  readonly config: Config;
  readonly #calls: ApiCalls;

  constructor(options: WandClientOptions) {
    this.#calls = new ApiCalls(options);
    this.graphs = new Graphs(this.#calls);
    this.runs = new Runs(this.#calls);
    this.keys = new Keys(this.#calls);
    this.auth = new Auth(this.#calls);
    this.config = new Config(this.#calls);
  }

  /** For the generated `operations`: `operations.getReadiness({ client: wand.http, throwOnError: true })`. */
  get http(): Client {
    return this.#calls.client;
  }

  /** Whether the service lives, and which version it is. */
  async health(options?: CallOptions): Promise<Health> {
    return (await getHealth(this.#calls.repeatable(options))).data;
  }

  /** The processes that work on the database. */
  async fleet(options?: CallOptions): Promise<Member[]> {
    return (await listFleet(this.#calls.repeatable(options))).data.items;
  }

  /** The agents that nodes can name. */
  async agents(options?: CallOptions): Promise<Agent[]> {
    return (await listAgents(this.#calls.repeatable(options))).data.items;
  }

  /** The tools that agents can call. */
  async tools(options?: CallOptions): Promise<Tool[]> {
    return (await listTools(this.#calls.repeatable(options))).data.items;
  }
}
