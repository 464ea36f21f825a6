import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { useApi } from '../../../test/support/use-api.js';

interface MediaType {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, MediaType>> }>>;
}

interface Document {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

describe('The OpenAPI document', () => {
  const api = useApi();
  let document: Document;
  let operations: readonly { readonly name: string; readonly path: string; readonly operation: Operation }[];
  beforeAll(async () => {
    document = (await api.get('/openapi.json')).body as Document;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
    );
  });

  it('is OpenAPI 3.1, the same as JSON and as YAML', async () => {
    expect(document.openapi).toBe('3.1.0');
    const yaml = await api.fetch('/openapi.yaml');
    expect(parse(await yaml.text())).toEqual(document);
  });

  it('names each operation once and says what it does', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = document.tags.filter(({ description }) => description !== undefined).map(({ name }) => name);
    for (const { operation } of operations) {
      expect(operation).toMatchObject({ summary: expect.stringMatching(/./) as unknown });
      expect(tags).toEqual(expect.arrayContaining([...(operation.tags ?? ['none'])]));
    }
    expect(ids).toEqual(
      expect.arrayContaining([
        'createGraph',
        'validateGraph',
        'listGraphs',
        'getGraph',
        'replaceGraph',
        'archiveGraph',
      ]),
    );
  });

  it('documents what any request may be answered', () => {
    const careless = operations.filter(({ operation }) =>
      ['400', '431', '500'].some((status) => !(status in operation.responses)),
    );
    expect(careless.map(({ name }) => name)).toEqual([]);
  });

  it('refers only to schemas that it has, and has none that nothing refers to', () => {
    const referred = new Set(
      [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name),
    );
    expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort());
    expect(Object.keys(document.components.schemas).filter((name) => name.endsWith('Dto'))).toEqual([]);
  });

  it('has one schema for all errors, and none that an operation cannot answer', () => {
    const errors = operations.flatMap(({ name, operation }) =>
      Object.entries(operation.responses)
        .filter(([status]) => status >= '400')
        .map(([status, { content }]) => ({ where: `${name} ${status}`, content })),
    );
    const others = errors.filter(
      ({ content }) =>
        JSON.stringify(content?.['application/problem+json']?.schema) !== '{"$ref":"#/components/schemas/Problem"}',
    );
    expect(others).toEqual([]);
  });

  it('closes whatever clients send', () => {
    const open: string[] = [];
    const seen = new Set<unknown>();
    const visit = (where: string, schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null || seen.has(schema)) return;
      seen.add(schema);
      const { $ref, properties, additionalProperties } = schema as Record<string, unknown>;
      if (typeof $ref === 'string') {
        const name = $ref.replace('#/components/schemas/', '');
        visit(name, document.components.schemas[name]);
      }
      if (properties !== undefined && additionalProperties !== false) open.push(where);
      for (const [key, member] of Object.entries(schema)) visit(`${where}/${key}`, member);
    };
    for (const { name, operation } of operations)
      visit(name, operation.requestBody?.content['application/json']?.schema);
    expect(seen.size).toBeGreaterThan(100);
    expect(open).toEqual([]);
  });

  it('names every set of values once', () => {
    const inlined: string[] = [];
    const visit = (where: string, value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      const { enum: values } = value as { readonly enum?: unknown };
      const isNamed = /^\/components\/schemas\/[^/]+$/.test(where);
      if (Array.isArray(values) && values.length > 1 && !isNamed) inlined.push(where);
      for (const [key, member] of Object.entries(value)) visit(`${where}/${key}`, member);
    };
    visit('', document);
    // Two words that stand for a version, and mean nothing elsewhere.
    expect(inlined).toEqual(['/components/schemas/RetryRun/properties/graph_version/anyOf/0']);
  });

  it('shows examples that match their schemas', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema(document, 'openapi');
    const media = operations.flatMap(({ name, operation }) =>
      [operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
        Object.values(part?.content ?? {}).map((type) => ({ name, type })),
      ),
    );
    const wrong = media.flatMap(({ name, type }) => {
      const { schema = true, example, examples = {} } = type;
      const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as object;
      const validate = ajv.compile(absolute);
      const values = [
        ...(example === undefined ? [] : [example]),
        ...Object.values(examples).map(({ value }) => value),
      ];
      return values
        .filter((value) => typeof value !== 'string' && validate(value) !== true)
        .map((value) => `${name}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
    });
    expect(wrong).toEqual([]);
  });

  it('passes the linter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wand-openapi-'));
    try {
      writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
      const cli = join(process.cwd(), 'node_modules/@redocly/cli/bin/cli.js');
      const args = [cli, 'lint', join(folder, 'openapi.json'), '--config', 'redocly.yaml', '--format', 'json'];
      const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' };
      const { stdout } = await promisify(execFile)(process.execPath, args, { env });
      expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0 } });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is shown at /docs, where the root leads', async () => {
    const root = await api.fetch('/', { redirect: 'manual' });
    expect([root.status, root.headers.get('location')]).toEqual([302, '/docs']);
    const page = await (await api.fetch('/docs')).text();
    expect(page).toContain('swagger-ui');
  });

  it('is shown without anything from outside', async () => {
    const answer = await api.fetch('/docs');
    const page = await answer.text();
    const references = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, reference]) => reference ?? '');
    expect(references.length).toBeGreaterThan(3);
    const urls = references.map((reference) => new URL(reference, `${api.url}/docs`));
    expect(urls.filter((url) => url.origin !== api.url)).toEqual([]);
    for (const url of urls) {
      const asset = await fetch(url);
      expect([url.pathname, asset.status]).toEqual([url.pathname, 200]);
    }
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page).not.toMatch(/<script>(?!\s*<\/script>)/);
    const settings = await (await api.fetch('/docs/swagger-ui-init.js')).text();
    expect(settings).toMatch(/"validatorUrl": null/);
  });
});
