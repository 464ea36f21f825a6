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
import { soundParts } from './sound-parts.js';
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

interface CheckedSpec {
  readonly faults: readonly GraphFault[];
  /** Absent if the graph cannot be compiled. */
  readonly plan?: GraphPlan;
}

/** Every check that a graph must pass before it is stored. */
@Injectable()
export class GraphValidator {
  constructor(
    private readonly config: AppConfig,
    private readonly registry: PluginRegistry,
    private readonly expressions: CelExpressionCompiler,
    private readonly plans: PlanCache,
  ) {}

  /** Checks any JSON value. All faults are listed; of a part whose shape is wrong, only what is wrong with its shape. */
  validate(body: unknown): GraphVerdict {
    const oversize = limitFaults(body, this.config.limits);
    if (oversize.length > 0) return { valid: false, errors: oversize };
    const parsed = graphSpec.safeParse(body, { reportInput: true });
    if (parsed.success) return this.judge(body as GraphSpec);
    const shapeFaults = faultsOf(graphSpec, parsed.error);
    const sound = soundParts(body, shapeFaults);
    const others = sound === undefined ? [] : this.check(sound.spec).faults.filter((fault) => sound.isCertain(fault));
    return { valid: false, errors: [...shapeFaults.map(toGraphFault), ...others] };
  }

  private judge(spec: GraphSpec): GraphVerdict {
    const { faults, plan } = this.check(spec);
    if (faults.length > 0 || plan === undefined) return { valid: false, errors: faults };
    return { valid: true, spec, plan, warnings: [...graphWarnings(plan), ...this.optionWarnings(spec)] };
  }

  private check(spec: GraphSpec): CheckedSpec {
    const structure = structureFaults(spec);
    const expressions = expressionFaults(spec, this.expressions.forOneGraph());
    const faults = [...structure, ...agentFaults(spec, this.registry), ...expressions];
    const isSound = structure.length === 0 && expressions.length === 0;
    const plan = this.compile(isSound ? spec : skeletonOf(spec));
    if (plan instanceof CyclicGraphError) return { faults: [...faults, cycleFault(spec, plan)] };
    return isSound ? { faults: [...faults, ...this.referenceFaults(plan)], plan } : { faults };
  }

  private referenceFaults(plan: GraphPlan): GraphFault[] {
    return templateReferenceFaults(plan, this.config.plugins.allowedEnv);
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

/** The nodes and the edges that lead from one to another: enough to find a cycle, whatever else is wrong. */
function skeletonOf({ name, nodes, edges }: GraphSpec): GraphSpec {
  const ids = new Set(nodes.map(({ id }) => id));
  return {
    name,
    nodes: nodes.map(({ id, type }) => ({ id, type })),
    edges: edges
      .filter(({ from, to }) => from !== to && ids.has(from) && ids.has(to))
      .map(({ from, to }) => ({ from, to })),
  };
}

function toGraphFault({ path, code, message }: ReturnType<typeof faultsOf>[number]): GraphFault {
  return {
    pointer: jsonPointer(path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment))),
    code,
    message,
  };
}

/** Points at the edge that closes the cycle. */
function cycleFault(spec: GraphSpec, { cycle, message }: CyclicGraphError): GraphFault {
  const [from, to] = cycle.slice(-2);
  const closing = spec.edges.findIndex((edge) => edge.from === from && edge.to === to);
  return { pointer: jsonPointer(['edges', closing]), code: 'cycle', message };
}
