import { type AppConfig, queueUrl } from '../../config/index.js';
import type { Relay } from '../../events/index.js';
import type {
  FleetLeaseRepository,
  FleetMemberRepository,
  PoolAttemptRepository,
  StorageHealth,
} from '../../storage/index.js';
import { EmbeddedEngine, type EmbeddedEngineOptions } from './embedded/index.js';
import type { SessionPorts } from './host/index.js';
import type { RunEngine } from './run-engine.js';

export interface RunEngineParts extends Omit<SessionPorts, 'templateEnv' | 'secrets' | 'random'> {
  readonly config: AppConfig;
  readonly options: EmbeddedEngineOptions;
  /** Absent on a database that one process has to itself. */
  readonly leases?: FleetLeaseRepository;
  readonly members: FleetMemberRepository;
  /** Of the database. */
  readonly health: StorageHealth;
  /** Absent on a database that one process has to itself. */
  readonly poolAttempts?: PoolAttemptRepository;
  /** Absent in a process that is alone. */
  readonly relay?: Relay;
}

/** The engine that EXECUTION__ENGINE names; what a fleet takes is loaded by a fleet alone. */
export async function openRunEngine(parts: RunEngineParts): Promise<RunEngine> {
  const {
    config,
    options,
    leases,
    members,
    health,
    poolAttempts,
    relay,
    runs,
    journal,
    reader,
    bus,
    invoker,
    clock,
    census,
    tracer,
  } = parts;
  if (config.execution.engine === 'embedded') {
    return new EmbeddedEngine(runs, journal, reader, bus, invoker, clock, census, options, tracer);
  }
  const url = queueUrl(config);
  if (url === undefined || leases === undefined || poolAttempts === undefined)
    throw new TypeError('a fleet has a queue and the database of a server');
  const { openBullmqEngine } = await import('./bullmq/index.js');
  const { templateEnv, secrets, random } = options;
  const ports = { runs, journal, reader, bus, invoker, clock, census, templateEnv, secrets, random, tracer };
  return openBullmqEngine({ ports, leases, members, health, poolAttempts, relay, config, url });
}
