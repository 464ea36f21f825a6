import type { OpenAPIObject } from '@nestjs/swagger';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** Parameters in the order in which a URL is written, headers last. */
const PLACES = ['path', 'query', 'header'];

interface Parameter {
  readonly in: string;
  readonly name: string;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
}

/**
 * The same document in an order that does not depend on how the application is wired: paths, components and parameters by
 * name, methods from reading to removing. So a change of the document is a change of the API.
 */
export function inOrder(document: OpenAPIObject): OpenAPIObject {
  const paths = Object.fromEntries(
    byName(document.paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item as Readonly<Record<string, Operation>>)
          .sort(([left], [right]) => METHODS.indexOf(left) - METHODS.indexOf(right))
          .map(([method, operation]) => [method, withOrderedParameters(operation)]),
      ),
    ]),
  );
  const { schemas = {}, ...components } = document.components ?? {};
  return { ...document, paths, components: { ...components, schemas: Object.fromEntries(byName(schemas)) } };
}

function withOrderedParameters(operation: Operation): Operation {
  const { parameters } = operation;
  if (parameters === undefined) return operation;
  const rank = (parameter: Parameter): number => PLACES.indexOf(parameter.in);
  const ordered = parameters.toSorted((left, right) => {
    if (rank(left) !== rank(right)) return rank(left) - rank(right);
    // Those of a path stay as the path has them.
    return left.in === 'path' ? 0 : compare(left.name, right.name);
  });
  return { ...operation, parameters: ordered };
}

function byName<Value>(record: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(record).sort(([left], [right]) => compare(left, right));
}

/** By code units: the same in every locale. */
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
