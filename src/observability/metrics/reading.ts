import type { Distribution } from '../core/index.js';

/** A value, or one per set of labels. Labels are few and bounded: never an id. */
export type Reading = number | readonly LabelledValue[];

export interface LabelledValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A distribution with its labels, of which there are few sets. */
export interface LabelledDistribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly distribution: Distribution;
}

/** A number that is kept elsewhere; it is read when somebody asks for the metrics, and at no other time. */
export interface MeasuredValue {
  /** `wand_<what>_<unit>`; a counter ends in `_total`. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: () => Reading | Promise<Reading>;
}

/** Distributions that are kept elsewhere, as `MeasuredValue`. */
export interface MeasuredDistribution {
  readonly name: string;
  readonly help: string;
  readonly read: () => Distribution | readonly LabelledDistribution[];
}

/** A value for each key of a record, under the label `name`. */
export function byLabel<Key extends string>(
  name: string,
  record: Readonly<Record<Key, number>>,
): readonly LabelledValue[] {
  return Object.entries<number>(record).map(([key, value]) => ({ labels: { [name]: key }, value }));
}
