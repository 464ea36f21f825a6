import type { z } from 'zod';
import type { EntryFault } from './entry-faults.js';

/** What the text of a variable became, or nothing when it is not of the kind the key takes. */
export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/** One configuration key: how its variable is called, read and explained. */
export interface KeySpec {
  /** Name of the variable without the section's prefix, such as `DEFAULT_TIMEOUT_SEC`. */
  readonly name: string;
  /** The class field that holds the value, such as `defaultTimeoutSec`. */
  readonly field: string;
  /** Ends a sentence that begins with "takes": kind, bounds and unit. */
  readonly takes: string;
  readonly description: string;
  /** Its value never leaves the process. */
  readonly secret: boolean;
  /** Where the default depends on the environment: how. */
  readonly defaultNote?: string;
  /** Changes while the process runs: whoever reads it reads it at the time of use. */
  readonly reloadable: boolean;
  readonly parse: (text: string) => Parsed;
  /** Which of the values that could be parsed it takes. */
  readonly schema: z.ZodType;
  /** For values of several parts: says what is wrong with each, instead of one fault for the whole. */
  readonly explain?: (error: z.core.$ZodError) => readonly EntryFault[];
}

const keysByPrototype = new WeakMap<object, KeySpec[]>();

/** Adds a key to the class whose `prototype` this is. */
export function declareKey(prototype: object, spec: KeySpec): void {
  const keys = keysByPrototype.get(prototype) ?? [];
  keysByPrototype.set(prototype, [...keys, spec]);
}

/** The keys of a section class, in the order of its fields. */
export function keysOf(type: abstract new () => object): readonly KeySpec[] {
  return keysByPrototype.get(type.prototype as object) ?? [];
}
