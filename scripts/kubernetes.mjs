/**
 * Makes what follows from other files under deploy/: `npm run kubernetes`; with --check it only says what is stale.
 *
 * - files/ of the chart: the alerts and the dashboard, since a chart reads no file outside of it
 * - values.schema.json: which keys may stand under `config`
 * - deploy/kustomize: what the chart renders for ci/*-values.yaml; what both have in common is the base
 *
 * Exits with 69 where helm is not to be had (scripts/kubernetes-tool.mjs).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { GeneratedFiles, formatted } from './generated-files.mjs';

const { CONFIG_KEYS } = await import('../dist/config/schema/schema.js');

const root = resolve(import.meta.dirname, '..');
const chart = join(root, 'deploy/helm/wand');
const kustomize = join(root, 'deploy/kustomize');
const HEADER = '# Made from deploy/helm/wand by npm run kubernetes: change it there.\n';
const NAMESPACE = 'wand';
/** What the chart sets itself, or what may hold a password. */
const NOT_IN_CONFIG = new Set([
  ...[
    'ENVIRONMENT',
    'HOST',
    'PORT',
    'ROLE',
    'WORKERS',
    'SHUTDOWN_GRACE_SEC',
    'SHUTDOWN_DELAY_SEC',
    'EXECUTION__ENGINE',
    'QUEUE__BACKEND',
  ],
  ...['MONITORING__METRICS_PORT', 'SECURITY__RATE_LIMIT_STORE', 'DATABASE__URL', 'DATABASE__MIGRATE', 'QUEUE__URL'],
  'CACHE__REDIS_URL',
]);
/** Kinds that exist only where an operator has defined them. */
const COMPONENTS = { ServiceMonitor: 'prometheus', PrometheusRule: 'prometheus', ScaledObject: 'keda' };

const files = new GeneratedFiles({ root, check: process.argv.includes('--check'), command: 'npm run kubernetes' });

function putCopies() {
  files.put(join(chart, 'files/alerts.yml'), readFileSync(join(root, 'deploy/prometheus/alerts.yml'), 'utf8'));
  const dashboard = readFileSync(join(root, 'deploy/grafana/wand-dashboard.json'), 'utf8');
  files.put(join(chart, 'files/wand-dashboard.json'), dashboard);
}

async function putSchema() {
  const path = join(chart, 'values.schema.json');
  const schema = JSON.parse(readFileSync(path, 'utf8'));
  schema.properties.config.propertyNames.enum = CONFIG_KEYS.filter(
    ({ env, secret }) => !secret && !NOT_IN_CONFIG.has(env),
  ).map(({ env }) => env);
  files.put(path, await formatted(path, JSON.stringify(schema)));
}

/** The objects that the chart renders, as text, each with where it belongs. */
function render(mode) {
  const values = join(chart, 'ci', `${mode}-values.yaml`);
  const args = ['helm', 'template', 'wand', chart, '--namespace', NAMESPACE, '--values', values];
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/kubernetes-tool.mjs'), ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    process.stderr.write(stderr);
    process.exit(status ?? 1);
  }
  return stdout
    .split(/^---\n# Source: .*\n/m)
    .map((text) => text.replace(`\n  namespace: ${NAMESPACE}\n`, '\n').trim())
    .filter((text) => text !== '')
    .map((text) => ({ text, component: componentOf(parse(text)) }));
}

function componentOf({ kind, metadata }) {
  return kind === 'ConfigMap' && metadata.name.endsWith('-dashboard') ? 'prometheus' : COMPONENTS[kind];
}

async function putObjects(path, objects) {
  const file = join(kustomize, path, 'wand.yaml');
  const text = `${HEADER}${objects.map((object) => object.text).join('\n---\n')}\n`;
  files.put(file, await formatted(file, text));
}

putCopies();
await putSchema();
const single = render('single');
const fleet = render('fleet');
const isShared = (object) => single.some(({ text }) => text === object.text);
const own = (objects) => objects.filter((object) => object.component === undefined);
await putObjects('base', own(fleet).filter(isShared));
await putObjects(
  'overlays/single',
  own(single).filter(({ text }) => !fleet.some((other) => other.text === text)),
);
await putObjects(
  'overlays/fleet',
  own(fleet).filter((object) => !isShared(object)),
);
for (const component of new Set(Object.values(COMPONENTS))) {
  await putObjects(
    `components/${component}`,
    fleet.filter((object) => object.component === component),
  );
}
files.finish();
