import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { CONFIG_KEYS } from '../../src/config/schema/schema.js';
import { describeWithTool, kubernetesTool } from './support/kubernetes-tool.js';
import {
  MODES,
  type ManifestObject,
  byName,
  environmentOf,
  faultsOf,
  nameOf,
  objectsIn,
  ofKind,
  overlay,
  workloads,
} from './support/manifests.js';

const CHART = 'deploy/helm/wand';
const readYaml = (path: string): Record<string, unknown> =>
  parse(readFileSync(`${CHART}/${path}`, 'utf8')) as Record<string, unknown>;

interface Rendering {
  readonly objects: readonly ManifestObject[];
  readonly stderr: string;
}

/** The chart with these `--set-json` values, in the namespace and by the name of the overlays. */
function render(values: Readonly<Record<string, unknown>>, release = 'wand'): Rendering {
  const settings = Object.entries(values).flatMap(([path, value]) => [
    '--set-json',
    `${path}=${JSON.stringify(value)}`,
  ]);
  const { stdout, stderr } = kubernetesTool('helm', ['template', release, CHART, '-n', 'wand', ...settings]);
  return { objects: objectsIn(stdout), stderr };
}

describe('the values of the chart', () => {
  const validate = new Ajv({ allErrors: true, strict: false }).compile(readYaml('values.schema.json'));
  const defaults = readYaml('values.yaml');

  it('are what its schema takes', () => {
    expect({ ok: validate(defaults), errors: validate.errors }).toEqual({ ok: true, errors: null });
  });

  it.each([
    ['a key that the service does not have', { config: { EXECUTION__MAX_RETRYS: 3 } }],
    ['a secret among the configuration', { config: { SECURITY__JWT_SECRET: 'x' } }],
    ['a password among the configuration', { config: { DATABASE__URL: 'postgres://a:b@c/d' } }],
    ['what the chart sets itself', { config: { SHUTDOWN_GRACE_SEC: 10 } }],
    ['a mode that there is none of', { mode: 'cluster' }],
    ['a name that is written wrong', { netwrokPolicy: {} }],
    ['too little time to end', { shutdown: { preStopSec: 5, graceSec: 25, slackSec: 1 } }],
    ['a group of workers by the name of another object', { workers: { api: {} } }],
  ])('may not hold %s', (_, values) => {
    expect(validate({ ...defaults, ...values })).toBe(false);
  });

  it('may hold every key of the configuration that is no secret and that the chart does not set', () => {
    const { properties } = readYaml('values.schema.json') as {
      readonly properties: { readonly config: { readonly propertyNames: { readonly enum: readonly string[] } } };
    };
    const allowed = new Set(properties.config.propertyNames.enum);
    const own = new Set(workloads(overlay('fleet')).flatMap((one) => Object.keys(environmentOf(one))));
    const left = CONFIG_KEYS.filter(({ env }) => !allowed.has(env)).map(({ env }) => env);
    const secrets = CONFIG_KEYS.filter(({ secret }) => secret).map(({ env }) => env);
    const set = CONFIG_KEYS.map(({ env }) => env).filter((env) => own.has(env) || own.has(`${env}_FILE`));
    // What the chart says in arguments, or does by other means.
    const replaced = ['ROLE', 'WORKERS', 'SHUTDOWN_DELAY_SEC'].filter((env) =>
      CONFIG_KEYS.some((key) => key.env === env),
    );
    expect(new Set(left)).toEqual(new Set([...secrets, ...set, ...replaced]));
  });
});

describe('the chart', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

  it('has the version of the package', () => {
    expect(readYaml('Chart.yaml')).toMatchObject({ version, appVersion: version });
  });

  it.each(readdirSync(`${CHART}/files`))('has the %s of deploy/', (name) => {
    const original = name.endsWith('.yml') ? `deploy/prometheus/${name}` : `deploy/grafana/${name}`;
    expect(readFileSync(`${CHART}/files/${name}`, 'utf8')).toBe(readFileSync(original, 'utf8'));
  });
});

describeWithTool('helm')('helm', () => {
  it.each(MODES)('renders what stands in the overlay %s', (mode) => {
    const args = ['template', 'wand', CHART, '-n', 'wand', '-f', `${CHART}/ci/${mode}-values.yaml`];
    const { status, stdout, stderr } = kubernetesTool('helm', args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(byName(objectsIn(stdout))).toEqual(byName(overlay(mode)));
  });

  it('has made deploy/kustomize and the schema as they stand', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/kubernetes.mjs', '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each(MODES)('finds nothing to complain about in the chart for %s', (mode) => {
    const { status, stdout } = kubernetesTool('helm', [
      'lint',
      '--strict',
      CHART,
      '-f',
      `${CHART}/ci/${mode}-values.yaml`,
    ]);
    expect(stdout).toContain('0 chart(s) failed');
    expect(status).toBe(0);
  });

  it('refuses values that the schema does not take, and says which', () => {
    const { objects, stderr } = render({ 'config.EXECUTION__MAX_RETRYS': 3 });
    expect(objects).toEqual([]);
    expect(stderr).toContain('EXECUTION__MAX_RETRYS');
  });

  it('needs no operator in the cluster unless it is told of one', () => {
    for (const mode of MODES) {
      const groups = render({ mode }).objects.map(({ apiVersion }) => apiVersion.split('/')[0]);
      expect(groups.filter((group) => group === 'keda.sh' || group === 'monitoring.coreos.com')).toEqual([]);
    }
  });

  it('counts replicas where nothing scales', () => {
    const { objects } = render({ mode: 'fleet', 'api.autoscaling.enabled': false, 'api.replicas': 3 });
    const counts = ofKind(objects, 'Deployment').map((one) => [nameOf(one), one.spec?.replicas]);
    expect(counts).toEqual([
      ['wand-api', 3],
      ['wand-worker', 2],
    ]);
    expect(ofKind(objects, 'HorizontalPodAutoscaler')).toEqual([]);
  });

  it('knows no Redis where the queue is in the database', () => {
    const { objects } = render({ mode: 'fleet', 'queue.backend': 'postgres' });
    expect(faultsOf(objects)).toEqual([]);
    expect(JSON.stringify(objects)).not.toMatch(/redis|queue-url|6379/i);
    expect(environmentOf(workloads(objects)[0] ?? expectOne())['QUEUE__BACKEND']).toBe('postgres');
  });

  it('has pods migrate where no job does', () => {
    const { objects } = render({ mode: 'fleet', 'migration.enabled': false });
    expect(ofKind(objects, 'Job')).toEqual([]);
    expect(workloads(objects).flatMap((one) => environmentOf(one)['DATABASE__MIGRATE'] ?? [])).toEqual([]);
  });

  it('makes a group of workers for each that it is given', () => {
    const group = { replicas: 1, args: ['--pool', 'gpu'], autoscaling: { enabled: false } };
    const resources = { requests: { cpu: 1, memory: '1Gi' }, limits: { memory: '2Gi', 'nvidia.com/gpu': 1 } };
    const { objects, stderr } = render({
      mode: 'fleet',
      'workers.gpu': { ...group, resources, nodeSelector: { gpu: 'yes' } },
    });
    expect(stderr).toBe('');
    expect(faultsOf(objects)).toEqual([]);
    const made = workloads(objects).find(({ name }) => name === 'wand-gpu');
    expect(made?.container.args).toEqual(['serve', '--role', 'worker', '--pool', 'gpu']);
    expect(made?.container.resources?.limits).toHaveProperty(['nvidia.com/gpu'], 1);
    expect(made?.template.spec?.nodeSelector).toEqual({ gpu: 'yes' });
    expect(ofKind(objects, 'PodDisruptionBudget').map(nameOf)).toContain('wand-gpu');
  });

  it('passes the configuration on as the service reads it', () => {
    const origins = ['https://app.example.com'];
    const config = { SECURITY__CORS_ORIGINS: origins, EXECUTION__MAX_RETRIES: 5, DATABASE__ECHO_SQL: true };
    const [pod] = workloads(render({ config }).objects);
    expect(environmentOf(pod ?? expectOne())).toMatchObject({
      SECURITY__CORS_ORIGINS: JSON.stringify(origins),
      EXECUTION__MAX_RETRIES: '5',
      DATABASE__ECHO_SQL: 'true',
    });
  });

  it('gives a pod longer to end when its drain takes longer', () => {
    const [pod] = workloads(render({ 'shutdown.graceSec': 90.5, 'shutdown.preStopSec': 0 }).objects);
    expect(pod?.template.spec?.terminationGracePeriodSeconds).toBe(91 + 15);
    expect(pod?.container.lifecycle).toBeUndefined();
  });

  it('pins an image by its digest, and two releases apart', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const { objects } = render({ mode: 'fleet', 'image.digest': digest }, 'shop');
    expect(new Set(workloads(objects).map(({ container }) => container.image))).toEqual(new Set([`wand@${digest}`]));
    expect(objects.map(nameOf).filter((name) => !name.startsWith('shop-wand'))).toEqual([]);
    const instances = workloads(objects).map(({ labels }) => labels['app.kubernetes.io/instance']);
    expect(new Set(instances)).toEqual(new Set(['shop']));
  });
});

function expectOne(): never {
  throw new Error('the chart rendered no pod');
}
