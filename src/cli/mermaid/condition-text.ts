import { type ConditionSpec, type Json } from '../../executor/core/index.js';

const LONGEST = 60;

/** A condition as one short line, such as `score > 0.5 and not kind == "draft"`. */
export function conditionText(condition: string | ConditionSpec): string {
  const text = typeof condition === 'string' ? condition.replace(/\s+/g, ' ').trim() : specText(condition, false);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function specText(spec: ConditionSpec, isInner: boolean): string {
  if ('not' in spec) return `not ${specText(spec.not, true)}`;
  if ('all' in spec) return joined(spec.all, ' and ', isInner);
  if ('any' in spec) return joined(spec.any, ' or ', isInner);
  if (spec.op === 'exists') return spec.value === false ? `${spec.var} is absent` : `${spec.var} exists`;
  return `${spec.var} ${spec.op} ${JSON.stringify(spec.value ?? (null satisfies Json))}`;
}

function joined(specs: readonly ConditionSpec[], word: string, isInner: boolean): string {
  const text = specs.map((spec) => specText(spec, true)).join(word);
  return isInner && specs.length > 1 ? `(${text})` : text;
}
