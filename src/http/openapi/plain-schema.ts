type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A schema as generators of clients read it best, meaning the same: `type: [string, null]` for a value that may be null,
 * `format: date-time` without the pattern that spells it out, and no ids, which would move the base of references.
 */
export function toPlainSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toPlainSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $id: _id, $schema: _schema, ...rest } = schema as JsonSchema;
  const plain = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, plainMember(key, value)]));
  if (plain['format'] === 'date-time') delete plain['pattern'];
  if (isAnyName(plain['propertyNames'])) delete plain['propertyNames'];
  return withNullType(plain);
}

/** Names are strings in any case. */
function isAnyName(schema: unknown): boolean {
  return JSON.stringify(schema) === '{"type":"string"}';
}

/** Keywords whose value is data, not a schema. */
const DATA = new Set(['const', 'enum', 'example', 'examples', 'default', 'required', 'discriminator']);

function plainMember(keyword: string, value: unknown): unknown {
  if (DATA.has(keyword)) return value;
  if (keyword !== 'properties') return toPlainSchema(value);
  return Object.fromEntries(Object.entries(value as JsonSchema).map(([name, member]) => [name, toPlainSchema(member)]));
}

/** `anyOf: [X, null]` → X whose type takes null too; a reference or an enum stays as it is. */
function withNullType(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const [value, nothing] = anyOf as unknown as readonly [JsonSchema, JsonSchema];
  if (nothing['type'] !== 'null' || typeof value['type'] !== 'string' || 'enum' in value || 'const' in value) {
    return schema;
  }
  const descriptions = [value['description'], rest['description']].filter((text) => typeof text === 'string');
  const description = descriptions.length === 0 ? {} : { description: [...new Set(descriptions)].join(' ') };
  return { ...value, ...rest, ...description, type: [value['type'], 'null'] };
}
