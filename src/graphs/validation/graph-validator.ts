import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { type GraphPlan, CyclicGraphError, jsonPointer } from '../../executor/core/index.js';
import {
  CelExpressionCompiler,
  type GraphSpec,
  PlanCache,
  concurrencyWarning,
  graphSpec,
} from '../../executor/index.js';
import { faultsOf } from '../../http/index.js';
import { PluginRegistry } from '../../plugins/index.js';
import { agentFaults } from './agent-faults.js';
import { expressionFaults } from './expression-faults.js';
import type { GraphFault, GraphWarning } from './graph-fault.js';
import { graphWarnings } from './graph-warnings.js';
import { limitFaults, structureFaults } from './structure-faults.js';
import { templateReferenceFaults } from './template-reference-faults.js';

/** What the checks made of a body. */
export type GraphVerdict =
  | {
      readonly valid: true;
      /** The body itself, every key kept. */
      readonly spec: GraphSpec;
      readonly plan: GraphPlan;
      readonly warnings: readonly GraphWarning[];
    }
  | { readonly valid: false; readonly errors: readonly GraphFault[] };

/** Every check that a graph must pass before it is stored. */
@Injectable()
export class GraphValidator {
  constructor(
    private readonly config: AppConfig,
    private readonly registry: PluginRegistry,
    private readonly expressions: CelExpressionCompiler,
    private readonly plans: PlanCache,
  ) {}

  /** Checks any JSON value. All faults are listed, except that those which need a sound structure wait for one. */
  validate(body: unknown): GraphVerdict {
    const parsed = graphSpec.safeParse(body, { reportInput: true });
    if (!parsed.success) return invalid(faultsOf(graphSpec, parsed.error).map(toGraphFault));
    const spec = body as GraphSpec;
    const oversize = limitFaults(spec, this.config.limits);
    if (oversize.length > 0) return invalid(oversize);
    const faults = [
      ...structureFaults(spec),
      ...agentFaults(spec, this.registry),
      ...expressionFaults(spec, this.expressions),
    ];
    return faults.length > 0 ? invalid(faults) : this.validatePlan(spec);
  }

  private validatePlan(spec: GraphSpec): GraphVerdict {
    const plan = this.compile(spec);
    if (plan instanceof CyclicGraphError) return invalid([cycleFault(spec, plan)]);
    const faults = templateReferenceFaults(plan, this.config.plugins.allowedEnv);
    if (faults.length > 0) return invalid(faults);
    return { valid: true, spec, plan, warnings: [...graphWarnings(plan), ...this.optionWarnings(spec)] };
  }

  private compile(spec: GraphSpec): GraphPlan | CyclicGraphError {
    try {
      return this.plans.compile(spec);
    } catch (error) {
      if (error instanceof CyclicGraphError) return error;
      throw error;
    }
  }

  private optionWarnings({ options }: GraphSpec): GraphWarning[] {
    const message = concurrencyWarning(this.config.execution, options?.concurrency);
    return message === undefined ? [] : [{ code: 'concurrency_capped', message, pointer: '/options/concurrency' }];
  }
}

function invalid(errors: readonly GraphFault[]): GraphVerdict {
  return { valid: false, errors };
}

function toGraphFault({ path, code, message }: ReturnType<typeof faultsOf>[number]): GraphFault {
  return { pointer: jsonPointer(path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment))), code, message };
}

/** Points at the edge that closes the cycle. */
function cycleFault(spec: GraphSpec, { cycle, message }: CyclicGraphError): GraphFault {
  const [from, to] = cycle.slice(-2);
  const closing = spec.edges.findIndex((edge) => edge.from === from && edge.to === to);
  return { pointer: jsonPointer(['edges', closing]), code: 'cycle', message };
}
