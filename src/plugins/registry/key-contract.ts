import { type Json, type JsonObject, type KeyContract, isJsonObject } from '../../executor/core/index.js';

const ANYTHING: KeyContract = { open: true, known: new Set(), required: new Set(), defaulted: new Set() };
/** Enough for any sensible schema, and an end for one that refers to itself. */
const MAX_REFERENCES = 8;

/**
 * Reads the keys of an object off its JSON Schema, as a giver sees them: a key with a default is not required. Of
 * alternatives, a key is required only where all of them ask for it.
 */
export function keyContractOf(schema: JsonObject): KeyContract {
  return contractOf(schema, schema, MAX_REFERENCES);
}

function contractOf(schema: JsonObject, root: JsonObject, depth: number): KeyContract {
  if (depth === 0) return ANYTHING;
  const parts = (keyword: string): KeyContract[] =>
    listOf(schema[keyword])
      .filter(isJsonObject)
      .map((part) => contractOf(part, root, depth - 1));
  const target = referenced(schema['$ref'], root);
  const all = [...parts('allOf'), ...(target === undefined ? [] : [contractOf(target, root, depth - 1)])];
  const alternatives = [...parts('anyOf'), ...parts('oneOf')];
  return [...all, ...(alternatives.length === 0 ? [] : [alternatives.reduce(either)])].reduce(both, ownKeys(schema));
}

function ownKeys(schema: JsonObject): KeyContract {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const defaulted = Object.keys(properties).filter((key) => {
    const property = properties[key];
    return isJsonObject(property) && Object.hasOwn(property, 'default');
  });
  const required = listOf(schema['required']).filter((key): key is string => typeof key === 'string');
  return {
    open: schema['additionalProperties'] !== false,
    known: new Set(Object.keys(properties)),
    required: new Set(required.filter((key) => !defaulted.includes(key))),
    defaulted: new Set(defaulted),
  };
}

function both(a: KeyContract, b: KeyContract): KeyContract {
  return { ...joined(a, b), open: a.open && b.open, required: new Set([...a.required, ...b.required]) };
}

function either(a: KeyContract, b: KeyContract): KeyContract {
  const required = [...a.required].filter((key) => b.required.has(key));
  return { ...joined(a, b), open: a.open || b.open, required: new Set(required) };
}

function joined(a: KeyContract, b: KeyContract): Pick<KeyContract, 'known' | 'defaulted'> {
  return { known: new Set([...a.known, ...b.known]), defaulted: new Set([...a.defaulted, ...b.defaulted]) };
}

function referenced(reference: Json | undefined, root: JsonObject): JsonObject | undefined {
  if (reference === '#') return root;
  if (typeof reference !== 'string' || !reference.startsWith('#/$defs/')) return undefined;
  const definitions = root['$defs'];
  const target = isJsonObject(definitions) ? definitions[reference.slice('#/$defs/'.length)] : undefined;
  return isJsonObject(target) ? target : undefined;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
