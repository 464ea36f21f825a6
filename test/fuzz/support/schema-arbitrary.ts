import fc, { type Arbitrary } from 'fast-check';
import type { Document, Schema } from './document.js';

/** Any JSON that is worth sending: words of the domain among what chance makes. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An object may be as deep as that; what may be left out is left out further down. */
const MAX_DEPTH = 5;
const MAX_ITEMS = 5;

/** Makes values that a schema takes. */
export class SchemaArbitraries {
  private readonly words: readonly string[];

  constructor(
    private readonly document: Pick<Document, 'components'>,
    /** What is there to be named, by the name of the field or parameter that names it; all of it may stand anywhere. */
    private readonly known: Readonly<Record<string, readonly string[]>>,
  ) {
    this.words = Object.values(known).flat();
  }

  /** For what goes by a name: often something that exists. */
  named(name: string, schema: Schema, depth = 0): Arbitrary<Json> {
    const known = this.known[name];
    const any = this.of(schema, depth);
    if (known === undefined || schema['type'] !== 'string') return any;
    return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: any });
  }

  of(schema: Schema, depth = 0): Arbitrary<Json> {
    const { $ref, anyOf, oneOf, allOf, type } = schema;
    if (typeof $ref === 'string') return this.of(this.resolve($ref), depth);
    if ('const' in schema) return fc.constant(schema['const'] as Json);
    if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as Json[]));
    const options = anyOf ?? oneOf;
    if (Array.isArray(options)) return fc.oneof(...options.map((option: Schema) => this.of(option, depth)));
    if (Array.isArray(allOf)) return this.of(this.merged(schema, allOf as Schema[]), depth);
    if (Array.isArray(type)) return fc.oneof(...type.map((one: string) => this.of({ ...schema, type: one }, depth)));
    switch (type) {
      case undefined:
        return this.anyJson();
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'string':
        return this.string(schema);
      case 'integer':
        return fc.integer(integerBounds(schema));
      case 'number':
        return fc.oneof(fc.double(doubleBounds(schema)), fc.integer(integerBounds(schema)));
      case 'array':
        return this.array(schema, depth);
      case 'object':
        return this.object(schema, depth);
      default:
        throw new TypeError(`the document uses a type that the fuzzer does not know: ${JSON.stringify(type)}`);
    }
  }

  /** Any JSON; strings are what every body may hold, so without NUL and lone surrogates. */
  anyJson(): Arbitrary<Json> {
    const { tree } = fc.letrec<{ tree: Json; leaf: Json }>((tie) => ({
      leaf: fc.oneof(
        fc.constant(null),
        fc.boolean(),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        this.text(),
      ),
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        tie('leaf'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.array(fc.tuple(this.text(), tie('tree')), { maxLength: 3 }).map(toObject),
      ),
    }));
    return tree;
  }

  private resolve(ref: string): Schema {
    const schema = this.document.components.schemas[ref.replace('#/components/schemas/', '')];
    if (schema === undefined) throw new TypeError(`the document has no ${ref}`);
    return schema;
  }

  private merged(schema: Schema, parts: readonly Schema[]): Schema {
    const { allOf: _, ...rest } = schema;
    const resolved = parts.map((part) => (typeof part['$ref'] === 'string' ? this.resolve(part['$ref']) : part));
    return Object.assign({}, ...resolved, rest) as Schema;
  }

  private text(): Arbitrary<string> {
    return fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('', ...this.words) },
      { weight: 2, arbitrary: fc.string({ unit: 'grapheme' }).map(withoutNul) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map(withoutNul) },
    );
  }

  private string(schema: Schema): Arbitrary<string> {
    if (schema['format'] === 'date-time') {
      const range = { min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true };
      return fc.date(range).map((date) => date.toISOString());
    }
    const {
      pattern,
      minLength = 0,
      maxLength = 5_000,
    } = schema as { pattern?: string; minLength?: number; maxLength?: number };
    const expression = pattern === undefined ? undefined : new RegExp(pattern, 'u');
    const isTaken = (text: string): boolean => {
      // As JSON Schema counts: characters, not UTF-16 units.
      const length = [...text].length;
      return length >= minLength && length <= maxLength && (expression?.test(text) ?? true);
    };
    const words = this.words.filter(isTaken);
    const made = expression === undefined ? this.text() : fc.stringMatching(expression).map(withoutNul);
    const shortest = Math.max(minLength, 1);
    const longest = Math.min(maxLength, 5_000);
    const long = fc
      .tuple(
        fc.constantFrom('x', 'é', '漢', '🙂'),
        fc.oneof(fc.constantFrom(shortest, longest), fc.integer({ min: shortest, max: longest })),
      )
      .map(([character, length]) => character.repeat(length));
    const arbitraries = [
      { weight: 4, arbitrary: words.length === 0 ? made.filter(isTaken) : fc.constantFrom(...words) },
      { weight: 2, arbitrary: made.filter(isTaken) },
      ...(shortest <= longest && isTaken('x'.repeat(longest)) ? [{ weight: 1, arbitrary: long.filter(isTaken) }] : []),
    ];
    return fc.oneof(...arbitraries);
  }

  private array(schema: Schema, depth: number): Arbitrary<Json[]> {
    const {
      items = {},
      minItems = 0,
      maxItems = MAX_ITEMS,
    } = schema as { items?: Schema; minItems?: number; maxItems?: number };
    const maxLength = Math.max(minItems, Math.min(maxItems, depth >= MAX_DEPTH ? minItems : MAX_ITEMS));
    return fc.array(this.of(items, depth + 1), { minLength: minItems, maxLength });
  }

  private object(schema: Schema, depth: number): Arbitrary<Json> {
    const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
    const required = new Set((schema['required'] ?? []) as readonly string[]);
    const entries = Object.entries(properties).map(([name, property]) => {
      const value = this.named(name, property, depth + 1).map((made): [string, Json][] => [[name, made]]);
      if (required.has(name)) return value;
      return depth >= MAX_DEPTH
        ? fc.constant([])
        : fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: value });
    });
    return fc
      .tuple(this.free(schema, depth), ...entries)
      .map(([free, ...known]) =>
        toObject([...free.filter(([name]) => !Object.hasOwn(properties, name)), ...known.flat()]),
      );
  }

  /** Members that have no name in the schema. */
  private free(schema: Schema, depth: number): Arbitrary<[string, Json][]> {
    const { additionalProperties: additional = true } = schema;
    if (additional === false || depth >= MAX_DEPTH) return fc.constant([]);
    const value = additional === true ? this.anyJson() : this.of(additional as Schema, depth + 1);
    const name = this.string((schema['propertyNames'] ?? {}) as Schema);
    const maxLength = Math.min(MAX_ITEMS, (schema['maxProperties'] as number | undefined) ?? MAX_ITEMS);
    return fc.array(fc.tuple(name, value), { maxLength });
  }
}

/** An object with these members, `__proto__` as a plain one. */
export function toObject(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries(entries);
}

function withoutNul(text: string): string {
  return text.replaceAll('\0', '0');
}

function integerBounds(schema: Schema): { min: number; max: number } {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema as Readonly<
    Record<string, number | undefined>
  >;
  const min = minimum ?? (exclusiveMinimum === undefined ? undefined : Math.floor(exclusiveMinimum) + 1);
  const max = maximum ?? (exclusiveMaximum === undefined ? undefined : Math.ceil(exclusiveMaximum) - 1);
  return { min: Math.ceil(min ?? Number.MIN_SAFE_INTEGER), max: Math.floor(max ?? Number.MAX_SAFE_INTEGER) };
}

function doubleBounds(schema: Schema): fc.DoubleConstraints {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema as Readonly<
    Record<string, number | undefined>
  >;
  return {
    min: minimum ?? exclusiveMinimum,
    minExcluded: exclusiveMinimum !== undefined,
    max: maximum ?? exclusiveMaximum,
    maxExcluded: exclusiveMaximum !== undefined,
    noNaN: true,
    noDefaultInfinity: true,
  };
}
