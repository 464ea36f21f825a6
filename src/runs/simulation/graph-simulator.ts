import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import {
  type GraphPlan,
  type Json,
  type Namespace,
  type RunSettings,
  type SimulatedOutcome,
  type SimulatedRun,
  SimulationTooLongError,
  epochMs,
  graphId,
  simulate,
} from '../../executor/core/index.js';
import { type RunOptionsSpec, toRunSettings } from '../../executor/index.js';
import { GraphValidator, GraphsService } from '../../graphs/index.js';
import {
  NearestHints,
  type ProblemDetail,
  ProblemError,
  capDetails,
  countOfFaults,
  jsonPointer,
} from '../../http/index.js';
import { type SimulateBody, parseOutcome } from './simulate.schemas.js';

/** Events of one simulation: all of them are in the answer. */
const MAX_EVENTS = 50_000;

const ASSUMED: SimulatedOutcome = { output: {} };

/** A simulated run, and what had to be assumed for it. */
export interface Simulation extends SimulatedRun {
  readonly plan: GraphPlan;
  /** Nodes that ran without an outcome having been given. */
  readonly assumed: readonly string[];
}

interface Simulated {
  readonly plan: GraphPlan;
  readonly options: RunOptionsSpec | undefined;
}

/** Decides runs of graphs without executing or storing anything. */
@Injectable()
export class GraphSimulator {
  constructor(
    private readonly config: AppConfig,
    private readonly validator: GraphValidator,
    private readonly graphs: GraphsService,
  ) {}

  /** @throws {ProblemError} `run-invalid`, `graph-invalid`, `graph-not-found` or `graph-archived`. */
  async simulate(namespace: Namespace, body: SimulateBody): Promise<Simulation> {
    const { plan, options } = await this.planOf(namespace, body);
    assertKnown(plan, body.outcomes ?? {});
    const settings = toRunSettings(this.config.execution, options, body.options);
    const assumed = new Set<string>();
    const run = decideAll(plan, settings, (body.input ?? {}) as Json, (id, attempt) => {
      const given = givenOutcome(body, id, attempt);
      if (given === undefined) assumed.add(id);
      return given ?? ASSUMED;
    });
    return { ...run, plan, assumed: [...assumed] };
  }

  private async planOf(namespace: Namespace, { graph, graph_id: id, version }: SimulateBody): Promise<Simulated> {
    if ((graph === undefined) === (id === undefined)) {
      throw refused([{ pointer: '', code: 'graph-or-id', message: 'takes either graph or graph_id' }]);
    }
    if (id !== undefined) return this.graphs.resolve(namespace, id, version);
    if (version !== undefined) {
      throw refused([{ pointer: '/version', code: 'version-without-id', message: 'goes with graph_id only' }]);
    }
    const verdict = this.validator.validate(graph);
    if (verdict.valid) return { plan: verdict.plan, options: verdict.spec.options };
    const errors = verdict.errors.map((fault) => ({ ...fault, pointer: `/graph${fault.pointer}` }));
    throw new ProblemError('graph-invalid', `the graph has ${countOfFaults(errors.length)}`, {
      errors: capDetails(errors),
    });
  }
}

function decideAll(
  plan: GraphPlan,
  settings: RunSettings,
  input: Json,
  outcomeOf: (nodeId: string, attempt: number) => SimulatedOutcome,
): SimulatedRun {
  const place = { graphId: graphId(`g_${'0'.repeat(26)}`), graphVersion: 1 };
  const queued = { type: 'run.queued', ts: epochMs(0), ...place, input, settings } as const;
  try {
    return simulate(plan, { queued, outcomeOf, maxEvents: MAX_EVENTS });
  } catch (error) {
    if (!(error instanceof SimulationTooLongError)) throw error;
    throw refused([{ pointer: '', code: 'too-long', message: error.message }]);
  }
}

function givenOutcome({ outcomes = {} }: SimulateBody, id: string, attempt: number): SimulatedOutcome | undefined {
  if (!Object.hasOwn(outcomes, id)) return undefined;
  const given = outcomes[id];
  const outcome = parseOutcome(Array.isArray(given) ? (given[attempt - 1] ?? given.at(-1)) : given);
  return 'error' in outcome ? { failure: outcome.error } : { output: outcome.output as Json };
}

/** @throws {ProblemError} `run-invalid` naming outcomes of nodes that the graph does not have. */
function assertKnown(plan: GraphPlan, outcomes: Readonly<Record<string, unknown>>): void {
  const hints = new NearestHints();
  const faults = Object.keys(outcomes)
    .filter((id) => !plan.indexOf.has(id))
    .map((id) => {
      const hint = hints.of(id, () => [...plan.indexOf.keys()]);
      const message = `the graph has no node ${JSON.stringify(id.slice(0, 64))}${hint}`;
      return { pointer: jsonPointer(['outcomes', id]), code: 'unknown-node', message };
    });
  if (faults.length > 0) throw refused(faults);
}

function refused(errors: readonly ProblemDetail[]): ProblemError {
  return new ProblemError('run-invalid', `the body has ${countOfFaults(errors.length)}`, {
    errors: capDetails([...errors]),
  });
}
