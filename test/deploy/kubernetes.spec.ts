import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/index.js';
import { CONFIG_KEYS } from '../../src/config/schema/schema.js';
import { useApi } from '../support/use-api.js';
import { describeWithTool, kubernetesTool } from './support/kubernetes-tool.js';
import {
  KUSTOMIZE,
  MODES,
  type ManifestObject,
  type Workload,
  byName,
  environmentOf,
  faultsOf,
  kustomizationIn,
  nameOf,
  objectsIn,
  ofKind,
  overlay,
  selects,
  servers,
  workloads,
} from './support/manifests.js';
import { unknownFields } from './support/unknown-fields.js';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
const SECRETS = '/run/secrets/wand';
/** What the service still does once its grace is over takes less. */
const SLACK_SEC = 10;
/** What a Secret would hold. */
const SECRET_VALUES: Readonly<Record<string, string>> = {
  'api-key': 'a-key-0123456789abcdef0123456789abcdef',
  'database-url': 'postgres://wand:password@database.example:5432/wand',
  'queue-url': 'redis://:password@queue.example:6379/0',
};
const portNamed = ({ container }: Workload, name: string): number | undefined =>
  container.ports?.find((port) => port.name === name)?.containerPort;

describe.each(MODES)('the overlay %s', (mode) => {
  const objects = overlay(mode);
  const pods = workloads(objects);
  const named = pods.map((workload) => [workload.name, workload] as const);
  const serving = servers(objects).map((workload) => [workload.name, workload] as const);

  it('holds objects that their schemas take', () => {
    expect(faultsOf(objects)).toEqual([]);
  });

  it('holds no field that a cluster would drop', () => {
    expect(unknownFields(objects)).toEqual([]);
  });

  it('names each object once, in one namespace', () => {
    expect(Object.keys(byName(objects))).toHaveLength(objects.length);
    expect(new Set(objects.map(({ metadata }) => metadata?.namespace))).toEqual(new Set(['wand']));
  });

  it('holds no secret', () => {
    expect(objects.filter(({ kind }) => (kind as string) === 'Secret')).toEqual([]);
    const secretKeys = new Set(CONFIG_KEYS.filter(({ secret }) => secret).map(({ env }) => env));
    const plain = pods.flatMap((workload) =>
      Object.keys(environmentOf(workload)).filter((name) => secretKeys.has(name)),
    );
    expect(plain).toEqual([]);
    expect(JSON.stringify(objects)).not.toMatch(/:\/\/[^/\s"]*:[^/\s"]*@/);
  });

  it('runs one image, of the version of the package', () => {
    expect(new Set(pods.map(({ container }) => container.image))).toEqual(new Set([`wand:${version}`]));
  });

  it('has services that find pods which have their ports', () => {
    for (const service of ofKind(objects, 'Service')) {
      const found = servers(objects).filter(({ labels }) => selects({ matchLabels: service.spec?.selector }, labels));
      expect(found.map(({ name }) => name)).not.toEqual([]);
      for (const { targetPort } of service.spec?.ports ?? []) {
        expect(found.map((workload) => portNamed(workload, String(targetPort)))).not.toContain(undefined);
      }
    }
  });

  it('sends requests to what answers them alone', () => {
    const api = ofKind(objects, 'Service').find((service) => nameOf(service) === 'wand');
    const found = pods.filter(({ labels }) => selects({ matchLabels: api?.spec?.selector }, labels));
    expect(found.map(({ name }) => name)).toEqual([mode === 'single' ? 'wand' : 'wand-api']);
  });

  it('has every serving pod scraped, as the job that the rules go by', () => {
    const [monitor] = ofKind(objects, 'ServiceMonitor');
    const watched = ofKind(objects, 'Service').filter((service) =>
      selects(monitor?.spec.selector, service.metadata?.labels ?? {}),
    );
    expect(watched.map(nameOf)).toEqual(['wand-pods']);
    const [service] = watched;
    expect(service?.metadata?.labels?.[monitor?.spec.jobLabel ?? '']).toBe('wand');
    expect(service?.spec?.publishNotReadyAddresses).toBe(true);
    const ports = service?.spec?.ports?.map(({ name }) => name);
    expect(monitor?.spec.endpoints.map(({ port }) => port)).toEqual(ports);
    for (const { labels } of servers(objects)) {
      expect(selects({ matchLabels: service?.spec?.selector }, labels)).toBe(true);
    }
  });

  it('has the rules and the dashboard of deploy/', () => {
    const rules = parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')) as object;
    expect(ofKind(objects, 'PrometheusRule')[0]?.spec).toEqual(rules);
    const dashboard = ofKind(objects, 'ConfigMap')[0]?.data?.['wand-dashboard.json'] ?? '';
    expect(JSON.parse(dashboard)).toEqual(JSON.parse(readFileSync('deploy/grafana/wand-dashboard.json', 'utf8')));
  });

  it('lets in requests and metrics, on ports that there are, and nothing else', () => {
    const policies = ofKind(objects, 'NetworkPolicy');
    for (const workload of servers(objects)) {
      const applying = policies.filter(({ spec }) => selects(spec?.podSelector, workload.labels));
      const open = applying.flatMap(({ spec }) => spec?.ingress ?? []).flatMap(({ ports = [] }) => ports);
      const names = open.map(({ port }) => String(port)).sort();
      expect(names).toEqual(
        workload.labels['app.kubernetes.io/component'] === 'api' ? ['http', 'metrics'] : ['metrics'],
      );
      expect(names.map((name) => portNamed(workload, name))).not.toContain(undefined);
    }
    for (const workload of pods) {
      const applying = policies.filter(({ spec }) => selects(spec?.podSelector, workload.labels));
      const types = new Set(applying.flatMap(({ spec }) => spec?.policyTypes ?? []));
      expect(types).toEqual(new Set(['Ingress', 'Egress']));
    }
  });

  it.each(named)('lets %s out to names and to what it stores in', (_, workload) => {
    const applying = ofKind(objects, 'NetworkPolicy').filter(({ spec }) => selects(spec?.podSelector, workload.labels));
    const ports = applying.flatMap(({ spec }) => spec?.egress ?? []).flatMap((rule) => rule.ports ?? []);
    const out = new Set(ports.map(({ port }) => port));
    const stores = mode === 'single' ? [] : workload.kind === 'Job' ? [5432] : [5432, 6379];
    const agents = workload.kind === 'Job' ? [] : [80, 443];
    expect(out).toEqual(new Set([53, ...agents, ...stores]));
  });

  it.each(named)('confines %s', (_, { template, container }) => {
    const { spec } = template;
    expect(spec?.automountServiceAccountToken).toBe(false);
    expect(spec).toMatchObject({
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name: 'wand' }],
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect([spec?.hostNetwork, spec?.hostPID, spec?.hostIPC]).toEqual([undefined, undefined, undefined]);
    expect(spec?.volumes?.filter(({ hostPath }) => hostPath !== undefined)).toEqual([]);
    expect(Object.keys(container.resources?.requests ?? {}).sort()).toEqual(['cpu', 'memory']);
    expect(container.resources?.limits).toHaveProperty('memory');
  });

  it.each(named)('gives %s an environment that the service takes', (_, workload) => {
    const folder = mkdtempSync(join(tmpdir(), 'wand-mounts-'));
    try {
      const { template, container } = workload;
      const mount = container.volumeMounts?.find(({ name }) => name === 'secrets');
      const { secret } = template.spec?.volumes?.find(({ name }) => name === 'secrets') ?? {};
      expect(mount?.mountPath).toBe(SECRETS);
      for (const { key, path } of secret?.items ?? []) {
        const file = join(folder, SECRETS, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, SECRET_VALUES[key] ?? '');
      }
      const variables = environmentOf(workload);
      const env = Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [
          name,
          name.endsWith('_FILE') ? value.replace(SECRETS, join(folder, SECRETS)) : value,
        ]),
      );
      const known = new Set(CONFIG_KEYS.map((key) => key.env));
      expect(Object.keys(env).filter((name) => !known.has(name.replace(/_FILE$/, '')))).toEqual([]);
      const { config } = loadConfig({ env, cwd: folder, packageRoot: process.cwd() });
      expect(config).toMatchObject({
        environment: 'production',
        security: { apiKey: SECRET_VALUES['api-key'] },
        database: { url: mode === 'single' ? 'sqlite:////data/wand.db' : SECRET_VALUES['database-url'] },
        execution: { engine: mode === 'single' ? 'embedded' : 'bullmq' },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(serving)('ends %s only after it has drained', (_, workload) => {
    const { lifecycle } = workload.container;
    const preStop = lifecycle?.preStop?.sleep?.seconds ?? 0;
    const drain = Number(environmentOf(workload)['SHUTDOWN_GRACE_SEC']);
    expect(preStop).toBeGreaterThan(0);
    expect(workload.template.spec?.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStop + drain + SLACK_SEC);
  });

  it.each(serving)('has %s serve where its ports say', (_, workload) => {
    const { PORT, MONITORING__METRICS_PORT: metrics } = environmentOf(workload);
    expect([portNamed(workload, 'http'), portNamed(workload, 'metrics')]).toEqual([Number(PORT), Number(metrics)]);
  });

  it('lets a start take as long as a migration, and a probe as long as the check behind it', () => {
    for (const { container } of servers(objects)) {
      const { startupProbe, livenessProbe, readinessProbe } = container;
      expect((startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0)).toBeGreaterThanOrEqual(600);
      expect((livenessProbe?.periodSeconds ?? 0) * (livenessProbe?.failureThreshold ?? 0)).toBeGreaterThanOrEqual(60);
      expect(readinessProbe?.timeoutSeconds).toBeGreaterThanOrEqual(6);
    }
  });
});

describe('the checks of objects', () => {
  const [first] = ofKind(overlay('fleet'), 'Deployment');
  const spec = first?.spec?.template.spec;
  const changed = (change: object): ManifestObject[] => [
    structuredClone({ ...first, spec: { ...first?.spec, ...change } }) as ManifestObject,
  ];

  it('find what a schema refuses', () => {
    expect(faultsOf(changed({ replicas: 'two' })).join()).toMatch(/^Deployment wand-api: .*replicas/s);
    expect(faultsOf(changed({ selector: undefined })).join()).toMatch(/selector/);
  });

  it('find a field that there is none of, however deep', () => {
    const containers = spec?.containers.map((one) => ({ ...one, readinesProbe: one.readinessProbe }));
    const template = { ...first?.spec?.template, spec: { ...spec, containers } };
    expect(unknownFields(changed({ template })).join()).toMatch(/readinesProbe/);
  });
});

describe('the overlay single', () => {
  it('is one process with a volume of its own', () => {
    const [set] = ofKind(overlay('single'), 'StatefulSet');
    expect(set?.spec?.replicas).toBe(1);
    expect(set?.spec?.volumeClaimTemplates?.[0]?.spec?.accessModes).toEqual(['ReadWriteOncePod']);
    expect(set?.spec?.template.spec?.containers[0]?.volumeMounts).toContainEqual({ name: 'data', mountPath: '/data' });
    // Kubernetes needs a service by that name.
    expect(ofKind(overlay('single'), 'Service').map(nameOf)).toContain(set?.spec?.serviceName);
  });
});

describe('the overlay fleet', () => {
  const objects = overlay('fleet');
  const deployments = ofKind(objects, 'Deployment');

  it('has api and worker processes, each scaled by one scaler and kept by a budget', () => {
    expect(deployments.map(nameOf)).toEqual(['wand-api', 'wand-worker']);
    const scalers = [...ofKind(objects, 'HorizontalPodAutoscaler'), ...ofKind(objects, 'ScaledObject')];
    expect(scalers.map(({ spec }) => spec?.scaleTargetRef.name).sort()).toEqual(deployments.map(nameOf));
    for (const deployment of deployments) {
      const labels = deployment.spec?.template.metadata?.labels ?? {};
      // A count would be set back with every apply.
      expect(deployment.spec?.replicas).toBeUndefined();
      expect(selects(deployment.spec?.selector, labels)).toBe(true);
      const spread = deployment.spec?.template.spec?.topologySpreadConstraints ?? [];
      expect(spread.map(({ topologyKey }) => topologyKey)).toContain('kubernetes.io/hostname');
      expect(spread.every(({ labelSelector }) => selects(labelSelector, labels))).toBe(true);
    }
    const kept = ofKind(objects, 'PodDisruptionBudget').map(({ spec }) =>
      deployments.filter((one) => selects(spec?.selector, one.spec?.template.metadata?.labels ?? {})).map(nameOf),
    );
    expect(kept).toEqual([['wand-api'], ['wand-worker']]);
  });

  it('scales workers by a metric that the reference knows', () => {
    const { metadata, metricType } = ofKind(objects, 'ScaledObject')[0]?.spec?.triggers[0] ?? {};
    const metric = /wand_\w+/.exec(metadata?.['query'] ?? '')?.[0];
    expect(readFileSync('docs/reference/metrics.md', 'utf8')).toContain(`| \`${metric}\` `);
    expect(metadata?.['query']).toContain('job="wand",namespace="wand"');
    // An age is not a sum: it is not to be divided by the number of workers.
    expect(metricType).toBe('Value');
  });

  it('makes as many connections as docs/scaling.md works out', () => {
    const api = ofKind(objects, 'HorizontalPodAutoscaler')[0]?.spec?.maxReplicas ?? 0;
    const workers = ofKind(objects, 'ScaledObject')[0]?.spec?.maxReplicaCount ?? 0;
    const pool = CONFIG_KEYS.find(({ env }) => env === 'DATABASE__MAX_CONNECTIONS')?.defaultValue as number;
    const connections = (perProcess: number): number => (api + 1 + workers + 1) * (perProcess + 3) + 10;
    const [row = ''] = /\| the overlay at its most.*/.exec(readFileSync('docs/scaling.md', 'utf8')) ?? [];
    const cells = row.split('|').map((cell) => cell.trim());
    expect(cells.slice(2, 5)).toEqual([api + 1 + workers + 1, connections(pool), connections(5)].map(String));
  });

  it('migrates in a job that no other object selects', () => {
    const [job] = ofKind(objects, 'Job');
    const labels = job?.spec?.template.metadata?.labels ?? {};
    expect(job?.spec?.template.spec?.containers[0]?.args).toEqual(['db', 'migrate']);
    expect(job?.spec?.template.spec?.restartPolicy).toBe('Never');
    const services = ofKind(objects, 'Service').filter(({ spec }) => selects({ matchLabels: spec?.selector }, labels));
    expect([...services, ...deployments.filter(({ spec }) => selects(spec?.selector, labels))]).toEqual([]);
  });

  it('leaves the schema to that job', () => {
    const modes = workloads(objects).map((workload) => environmentOf(workload)['DATABASE__MIGRATE']);
    expect(new Set(modes)).toEqual(new Set(['check']));
  });
});

describe('a probe', () => {
  const api = useApi();
  const paths = MODES.flatMap((mode) => servers(overlay(mode))).flatMap(({ container }) =>
    [container.startupProbe, container.livenessProbe, container.readinessProbe].map((probe) => probe?.httpGet?.path),
  );

  it.each([...new Set(paths)])('of %s is answered by the service', async (path) => {
    expect(path).toMatch(/^\/health\//);
    const answer = await api.fetch(path ?? '', { headers: { 'X-API-Key': '' } });
    expect(answer.status).toBe(200);
  });
});

describeWithTool('kubectl')('kustomize', () => {
  it.each(MODES)('renders what stands in the overlay %s', (mode) => {
    const { status, stdout, stderr } = kubernetesTool('kubectl', ['kustomize', join(KUSTOMIZE, 'overlays', mode)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(byName(objectsIn(stdout))).toEqual(byName(overlay(mode)));
  });

  it.each(MODES)('is told the tag in the overlay %s, where it is changed', (mode) => {
    expect(kustomizationIn(join(KUSTOMIZE, 'overlays', mode)).images).toEqual([{ name: 'wand', newTag: version }]);
  });
});
