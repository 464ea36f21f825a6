import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { fleetMetricsText } from '../support/fleet-metrics.js';
import { given } from '../support/given.js';
import { describeWithPromtool, promtool } from '../support/promtool.js';
import { useApi } from '../support/use-api.js';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

const RULES_FILE = 'deploy/prometheus/alerts.yml';
const TESTS_FILE = 'deploy/prometheus/alerts.test.yml';
const DASHBOARD_FILE = 'deploy/grafana/wand-dashboard.json';

const rules = (
  parse(readFileSync(RULES_FILE, 'utf8')) as { readonly groups: readonly { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const recorded = new Set(rules.flatMap(({ record }) => record ?? []));
const dashboard = JSON.parse(readFileSync(DASHBOARD_FILE, 'utf8')) as { readonly panels: readonly Panel[] };
const charts = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const expressions = [...rules.map(({ expr }) => expr), ...queries];

/** What Grafana fills in, as it might. */
const filledIn = (query: string): string =>
  query.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'wand').replaceAll('$instance', '.*');

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([match]) => match);

describe('the alerts', () => {
  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s says how bad it is and what to do',
    (name, alert) => {
      expect(alert.for).toMatch(/^\d+[mh]$/);
      expect(alert.labels?.['severity']).toMatch(/^(?:critical|warning)$/);
      expect(alert.annotations?.['summary']).toMatch(/^\S.{10,120}$/);
      const anchor = name
        ?.slice('Wand'.length)
        .replaceAll(/(?<!^)(?=[A-Z])/g, '-')
        .toLowerCase();
      expect(alert.annotations?.['runbook']).toBe(`docs/operations.md#alert-${anchor}`);
    },
  );

  it('are each shown firing, and each shown silent on an ordinary day', () => {
    const { tests } = parse(readFileSync(TESTS_FILE, 'utf8')) as {
      readonly tests: readonly {
        readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
      }[];
    };
    const cases = tests.flatMap((test) => test.alert_rule_test);
    const names = alerts.map(({ alert }) => alert).sort();
    const firing = cases.filter((one) => one.exp_alerts.length > 0).map((one) => one.alertname);
    expect(firing.sort()).toEqual(names);
    expect(tests[0]?.alert_rule_test.map((one) => one.alertname).sort()).toEqual(names);
  });
});

describe('the dashboard', () => {
  it('is what its script makes', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/dashboard.mjs', '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('asks the data source that its reader chooses', () => {
    const sources = charts.flatMap(({ datasource, targets = [] }) => [
      datasource?.uid,
      ...targets.map((target) => target.datasource.uid),
    ]);
    expect(new Set(sources)).toEqual(new Set(['${datasource}']));
    expect(charts.filter(({ targets = [] }) => targets.length === 0)).toEqual([]);
  });

  it('has its panels side by side, none over another and each with an id of its own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});

describe('what is watched', () => {
  const api = useApi();
  /** Label names by metric, of what the service and a process of a fleet serve after they have done some of everything. */
  const served = new Map<string, Set<string>>();
  let text: string;

  beforeAll(async () => {
    await given(api).finishedRun();
    text = (await api.get('/metrics')).body as string;
    const both = `${text}\n${await fleetMetricsText()}`;
    for (const [, name] of both.matchAll(/^# TYPE (\w+) /gm)) served.set(name ?? '', new Set(['job', 'instance']));
    for (const [, name = '', labels = ''] of both.matchAll(/^([a-z]\w*)\{(.*)\} \S+$/gm)) {
      const names = served.get(name) ?? new Set(['job', 'instance']);
      for (const [, label] of labels.matchAll(/(\w+)="/g)) names.add(label ?? '');
      served.set(name, names);
    }
    for (const [, name = ''] of both.matchAll(/^([a-z]\w*) \S+$/gm)) {
      if (!served.has(name)) served.set(name, new Set(['job', 'instance']));
    }
  });

  it('is told by the service', () => {
    const names = new Set(expressions.flatMap((text) => all(text, /\b(?:wand|process|nodejs)_\w+/g)));
    // Derived from its family, also where no series is there yet.
    const isServed = (name: string): boolean =>
      served.has(name) || served.has(name.replace(/_(?:bucket|sum|count)$/, ''));
    expect([...names].filter((name) => !isServed(name))).toEqual([]);
  });

  it('is in the reference, if it is our own', () => {
    const page = readFileSync('docs/reference/metrics.md', 'utf8');
    const names = new Set(expressions.flatMap((text) => all(text, /\bwand_\w+/g)));
    const families = [...names].map((name) => name.replace(/(?<=_seconds|_rows)_(?:bucket|sum|count)$/, ''));
    expect(families.filter((name) => !page.includes(`| \`${name}\` `))).toEqual([]);
  });

  it('is recorded by a rule, if it is no metric', () => {
    const names = new Set(expressions.flatMap((text) => all(text, /\bwand:[\w:]+/g)));
    expect([...names].filter((name) => !recorded.has(name))).toEqual([]);
    expect([...recorded].filter((name) => !names.has(name))).toEqual([]);
  });

  it('has the labels by which it is selected', () => {
    const wrong = expressions.flatMap((expression) =>
      [...expression.matchAll(/\b((?:wand|process|nodejs)_\w+)\{([^}]*)\}/g)].flatMap(([, name = '', matchers = '']) =>
        [...matchers.matchAll(/(\w+)(?==|!=|=~|!~)/g)]
          .map(([label]) => label)
          .filter((label) => served.has(name) && !served.get(name)?.has(label))
          .map((label) => `${name} has no label ${label}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  describeWithPromtool()('as promtool sees it', () => {
    it('follows the conventions of Prometheus', () => {
      const { stdout, stderr } = promtool(['check', 'metrics'], text);
      // Three that prom-client has named as counters, by which dashboards for Node know them.
      const faults = stderr.split('\n').filter((line) => line !== '' && !/^nodejs_active_\w+_total /.test(line));
      expect({ stdout, faults }).toEqual({ stdout: '', faults: [] });
      expect(stderr).toContain('nodejs_active_handles_total');
    });

    it('has sound rules', () => {
      const { status, stdout, stderr } = promtool(['check', 'rules', RULES_FILE]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain(`${rules.length} rules found`);
    });

    it('has alerts that fire when they should, and else do not', () => {
      const { status, stdout } = promtool(['test', 'rules', TESTS_FILE]);
      expect(stdout).toContain('SUCCESS');
      expect(status).toBe(0);
    });

    it('has sound queries on the dashboard', () => {
      const folder = mkdtempSync(join(tmpdir(), 'wand-queries-'));
      try {
        const file = join(folder, 'queries.yml');
        const asRules = queries.map((query, index) => ({ record: `query:${index}`, expr: filledIn(query) }));
        writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: asRules }] }));
        const { status, stdout, stderr } = promtool(['check', 'rules', file]);
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
        expect(stdout).toContain(`${queries.length} rules found`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
});
