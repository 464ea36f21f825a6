import type { OpenAPIObject } from '@nestjs/swagger';

const SCHEMAS = '#/components/schemas/';
const SUFFIX = /Dto$/;

/** Names the schemas that come from classes as SDKs should name them: `Health` rather than `HealthDto`. */
export function dropDtoSuffixes(document: OpenAPIObject): OpenAPIObject {
  const schemas = document.components?.schemas ?? {};
  const renamed = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name.replace(SUFFIX, ''), schema]),
  );
  const copy = { ...document, components: { ...document.components, schemas: renamed } };
  return JSON.parse(JSON.stringify(copy), (key, value: unknown) => {
    const isReference = key === '$ref' && typeof value === 'string' && value.startsWith(SCHEMAS);
    return isReference ? value.replace(SUFFIX, '') : value;
  }) as OpenAPIObject;
}
