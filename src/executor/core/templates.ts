import {
  type CompiledExpression,
  type Evaluation,
  type ExpressionCompiler,
  type TemplateScope,
  compileOver,
  ExpressionSyntaxError,
} from './expressions.js';
import { type Fault, jsonPointer } from './fault.js';
import { type Json, type JsonObject, isJsonObject } from './json.js';
import { setOwn } from './plain-object.js';
import { splitTemplates, UnclosedTemplateError } from './template-text.js';

const TEMPLATE_NAMES = ['input', 'nodes', 'env', 'run'] as const;

export type ResolvedParams =
  | { readonly ok: true; readonly params: JsonObject }
  /** `pointer` leads into the params. */
  | { readonly ok: false; readonly pointer: string; readonly message: string };

/** A node or an environment variable that a template reads. */
export interface TemplateReference {
  /** Where in the params the template stands. */
  readonly pointer: string;
  readonly kind: 'node' | 'env';
  /** Id of the node, or name of the variable. */
  readonly name: string;
}

/** Params whose templates are parsed. */
export interface CompiledParams {
  /** No template anywhere: the params are what they say, and `resolve` gives them back unchanged. */
  readonly isStatic: boolean;
  readonly references: readonly TemplateReference[];
  /** Nodes whose output the templates read. */
  readonly nodeIds: ReadonlySet<string>;
  readonly envNames: ReadonlySet<string>;
  /** Fills the templates in. Never throws; what holds no template is shared with the original. */
  resolve(scope: TemplateScope): ResolvedParams;
}

type Path = readonly (string | number)[];
type Part = string | CompiledExpression;

/** A string of the params that holds templates. */
interface Slot {
  readonly path: Path;
  readonly parts: readonly Part[];
}

/**
 * Parses the templates in `params`: `${ <expression> }` in any string value, at any depth; keys are left alone. A
 * string that is exactly one template takes the value as it is; in any other, strings are spliced in as they are and
 * other values as JSON. `$${` is a literal `${`.
 *
 * @throws {ExpressionSyntaxError} at the first template that is wrong; `templateFaults` lists all.
 */
export function compileTemplates(params: JsonObject, expressions: ExpressionCompiler): CompiledParams {
  const { slots, references, faults } = parseParams(params, expressions);
  const [fault] = faults;
  if (fault !== undefined) throw new ExpressionSyntaxError(`params${fault.pointer}: ${fault.message}`);
  const namesOf = (kind: TemplateReference['kind']): ReadonlySet<string> =>
    new Set(references.filter((reference) => reference.kind === kind).map(({ name }) => name));
  return {
    isStatic: slots.length === 0,
    references,
    nodeIds: namesOf('node'),
    envNames: namesOf('env'),
    resolve: (scope) => (slots.length === 0 ? { ok: true, params } : fillIn(params, slots, scope)),
  };
}

/** What is wrong with the templates in `params`. An empty answer means that `compileTemplates` takes them. */
export function templateFaults(params: JsonObject, expressions: ExpressionCompiler): Fault[] {
  return parseParams(params, expressions).faults;
}

interface ParsedParams {
  readonly slots: Slot[];
  readonly references: TemplateReference[];
  readonly faults: Fault[];
}

function parseParams(params: JsonObject, expressions: ExpressionCompiler): ParsedParams {
  const parsed: ParsedParams = { slots: [], references: [], faults: [] };
  const pending: { readonly value: Json; readonly path: Path }[] = [{ value: params, path: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next;
    if (typeof value === 'string') {
      if (value.includes('${')) parseString(value, path, expressions, parsed);
    } else {
      // Last child first, so that they come off the stack in the order of the params.
      for (const [key, child] of childrenOf(value).reverse()) pending.push({ value: child, path: [...path, key] });
    }
  }
  return parsed;
}

function childrenOf(value: Json): (readonly [string | number, Json])[] {
  if (Array.isArray(value)) return (value as readonly Json[]).map((element, index) => [index, element]);
  return isJsonObject(value) ? Object.entries(value) : [];
}

function parseString(value: string, path: Path, expressions: ExpressionCompiler, parsed: ParsedParams): void {
  const pointer = jsonPointer(path);
  try {
    const parts = splitTemplates(value).map((part): Part => {
      if (part.kind === 'text') return part.text;
      const expression = compileOver(TEMPLATE_NAMES, part.source, expressions);
      for (const reference of expression.references) noteReference(reference, pointer, parsed);
      return expression;
    });
    parsed.slots.push({ path, parts });
  } catch (error) {
    if (!(error instanceof ExpressionSyntaxError || error instanceof UnclosedTemplateError)) throw error;
    parsed.faults.push({ pointer, message: error.message });
  }
}

/** What is reachable must be known before the run: computed names would hide which nodes and variables are read. */
function noteReference(reference: readonly string[], pointer: string, { references, faults }: ParsedParams): void {
  const [root, name, key] = reference;
  if (root === 'nodes') {
    if (name === undefined || key !== 'output') {
      faults.push({ pointer, message: 'write nodes.<id>.output or nodes["<id>"].output, the id spelt out' });
    } else references.push({ pointer, kind: 'node', name });
  }
  if (root === 'env') {
    if (name === undefined) faults.push({ pointer, message: 'write env.<NAME>, the name spelt out' });
    else references.push({ pointer, kind: 'env', name });
  }
  if (root === 'run' && name !== 'id') faults.push({ pointer, message: 'of the run only run.id can be read' });
}

type Mutable = Record<string, Json>;

function fillIn(params: JsonObject, slots: readonly Slot[], scope: TemplateScope): ResolvedParams {
  const names = { ...scope };
  const copies = new Map<Json, Mutable>();
  const copyOf = (original: Json): Mutable => {
    const known = copies.get(original);
    if (known !== undefined) return known;
    const copy = (Array.isArray(original) ? [...(original as Json[])] : { ...(original as JsonObject) }) as Mutable;
    copies.set(original, copy);
    return copy;
  };
  for (const { path, parts } of slots) {
    const filled = evaluateParts(parts, names);
    if (!filled.ok) return { ok: false, pointer: jsonPointer(path), message: filled.message };
    let original: Json = params;
    let copy = copyOf(original);
    for (const key of path.slice(0, -1)) {
      original = (original as Readonly<Record<string | number, Json>>)[key] as Json;
      const inner = copyOf(original);
      put(copy, key, inner);
      copy = inner;
    }
    put(copy, path.at(-1) as string | number, filled.value);
  }
  return { ok: true, params: copyOf(params) };
}

function put(container: Mutable, key: string | number, value: Json): void {
  setOwn(container, String(key), value);
}

function evaluateParts(parts: readonly Part[], names: Readonly<Record<string, unknown>>): Evaluation {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const result = part.evaluate(names);
    if (!result.ok || parts.length === 1) return result;
    text += typeof result.value === 'string' ? result.value : JSON.stringify(result.value);
  }
  return { ok: true, value: text };
}
