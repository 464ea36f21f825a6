import { closest } from 'fastest-levenshtein';
import { z } from 'zod';

/** The fields that `schema` knows in the object at `path`; empty when it names none there. */
export function knownKeysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  let schemas: z.core.$ZodType[] = alternatives(schema);
  for (const segment of path) schemas = schemas.flatMap((parent) => childrenOf(parent, segment)).flatMap(alternatives);
  return [...new Set(schemas.flatMap((found) => (found instanceof z.ZodObject ? Object.keys(found.shape) : [])))];
}

/** More are not shown anyway. */
const MAX_HINTS = 100;
const LONGEST_COMPARED = 100;

/** Hints for the wrong names in one body: comparing a name with all known ones takes time, and a body may hold very many. */
export class NearestHints {
  private left = MAX_HINTS;

  /** `; the nearest known one is "x"`; nothing when there is nothing to compare with, or after the first hundred. */
  of(name: string, known: () => readonly string[]): string {
    if (this.left === 0) return '';
    this.left -= 1;
    const names = known();
    return names.length === 0 ? '' : `; the nearest known one is "${closest(name.slice(0, LONGEST_COMPARED), names)}"`;
  }
}

/** Whether the schema takes several values. */
export function isListSchema(schema: z.core.$ZodType): boolean {
  return alternatives(schema).some((found) => found instanceof z.ZodArray);
}

/** What a schema stands for once optional, default and the like are taken off; unions give all their options. */
function alternatives(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  if (schema instanceof z.ZodPipe) return alternatives(schema.in);
  if (schema instanceof z.ZodLazy) return alternatives(schema.unwrap());
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly;
  return isWrapper ? alternatives(schema.unwrap()) : [schema];
}

function childrenOf(schema: z.core.$ZodType, segment: PropertyKey): z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (!(schema instanceof z.ZodObject)) return [];
  const shape = schema.shape as Readonly<Record<string, z.core.$ZodType>>;
  const child = Object.hasOwn(shape, String(segment)) ? shape[String(segment)] : undefined;
  return child === undefined ? [] : [child];
}
