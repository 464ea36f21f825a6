type Schema = Readonly<Record<string, unknown>>;

/**
 * The document with every object that has named members closed. Answers may grow, so the document leaves them open; in tests
 * a member that it does not name is a mistake.
 */
export function closedAnswers<Document extends object>(document: Document): Document {
  return closed(document) as Document;
}

/** Keywords whose value is data, not a schema. */
const DATA = new Set(['example', 'examples', 'default', 'const', 'enum']);

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, DATA.has(key) ? (member as unknown) : closed(member)]),
  );
  return isOpenObject(members) ? { ...members, additionalProperties: false } : members;
}

function isOpenObject(schema: Schema): boolean {
  const isObject = schema['type'] === 'object' || (Array.isArray(schema['type']) && schema['type'].includes('object'));
  return isObject && typeof schema['properties'] === 'object' && schema['additionalProperties'] === undefined;
}
