import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { componentSchemas } from './api-schemas.js';
import { dropDtoSuffixes } from './component-names.js';
import { inOrder } from './document-order.js';

const DESCRIPTION = `Runs graphs of agents, durably. A client creates a graph, starts runs of it, watches their events and reads
their results. Errors are problem details (RFC 9457): \`type\` names the kind of error and never changes, \`errors[]\` says what
was wrong and where.

Callers send an API key as \`X-API-Key\`, or a key or a JWT as \`Authorization: Bearer\`. Each operation names the scope that it
needs; \`admin\` stands for all. A caller sees its own namespace alone.

Every answer carries \`X-Request-ID\`: the caller's, if it is 1 to 128 of \`A-Z a-z 0-9 . _ -\`, else a new one. Times are RFC 3339
in UTC; only the \`ts\` of a journal entry is seconds since 1970. Integers beyond 2^53 become doubles, as in every JSON reader.

A request whose head is larger than 16 KiB is answered 431 before anything looks at it, whatever the operation, and one that
does not arrive in time 408. A body that readers of JSON would not agree on is refused (400): a key twice, numbers beyond a
double, NUL or half of a surrogate pair in a text.

What clients send is closed: an unknown field or parameter is refused. What they get is open: within one major version answers
may gain fields; enums, values; streams, event types; operations, kinds of errors: so clients pass over what they do not know.
Nothing else changes: no operation, field or value goes away, and none changes its meaning or its type.`;

const TAGS: readonly (readonly [name: string, description: string])[] = [
  ['graphs', 'Definitions of graphs. A change makes a new version; runs keep theirs.'],
  ['runs', 'Executions of graphs: start, watch, cancel, read.'],
  ['plugins', 'The agents and tools that graphs can use.'],
  ['keys', 'API keys: who may call, and what it may do.'],
  ['auth', 'Tokens in exchange for keys.'],
  ['config', 'The configuration in use.'],
  ['fleet', 'The processes that share a database.'],
  ['health', 'Probes.'],
  ['metrics', 'What a process measures, for Prometheus.'],
];

/** The OpenAPI 3.1 document of the application as it is wired. */
function buildOpenApiDocument(app: NestExpressApplication, version: string): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Wand Orchestrator')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer('/', 'This service')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'apiKey')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key or a JWT.' }, 'bearer')
    .addSecurityRequirements('apiKey')
    .addSecurityRequirements('bearer');
  for (const [name, description] of TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (_controller, method) => method,
  });
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...(componentSchemas() as OpenAPIObject['components'] & object) },
  };
  return inOrder(dropDtoSuffixes(document));
}

/** Serves the document as /openapi.json and /openapi.yaml, and for people at /docs. */
export function setupOpenApi(app: NestExpressApplication, version: string): void {
  SwaggerModule.setup('docs', app, () => buildOpenApiDocument(app, version), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Wand Orchestrator API',
    // The page has to work without a network, and to tell nobody about itself.
    swaggerOptions: { validatorUrl: null },
  });
}
