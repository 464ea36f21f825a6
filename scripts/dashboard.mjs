/**
 * Writes deploy/grafana/wand-dashboard.json from the panels below; with --check it only says whether the file is theirs.
 * A panel is a title, a unit and its queries; `$by` stands for the instances that the reader has chosen.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const FILE = fileURLToPath(new URL('../deploy/grafana/wand-dashboard.json', import.meta.url));
const BY = 'job="$job", instance=~"$instance"';
const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;

const rate = (metric, labels = '') => `rate(${metric}{$by${labels && `, ${labels}`}}[$__rate_interval])`;
const quantile = (q, metric, by = '', labels = '') =>
  `histogram_quantile(${q}, sum by (le${by && `, ${by}`}) (${rate(`${metric}_bucket`, labels)}))`;
const percentiles = (metric, labels) =>
  [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, metric, '', labels), legend: `p${q * 100}` }));

/** With a legend it shows that, as of a value that is only a label. */
const stat = (title, unit, expr, description, thresholds = [], legend = '') => ({
  type: 'stat',
  width: 4,
  height: 4,
  title,
  unit,
  description,
  thresholds,
  queries: [{ expr, legend }],
});
const graph = (title, unit, queries, description = '', isStacked = false) => ({
  type: 'timeseries',
  width: 8,
  height: 8,
  title,
  unit,
  description,
  isStacked,
  queries,
});

const RED = 'red';
const GREEN = 'green';

const ROWS = [
  [
    'Overview',
    [
      stat('Ready', 'none', 'min(wand_ready{$by})', '1 when every instance takes requests.', [
        [null, RED],
        [1, GREEN],
      ]),
      stat('Version', 'none', 'count by (version) (wand_build_info{$by})', 'Of each instance.', [], '{{version}}'),
      stat('Requests', 'reqps', `sum(${rate('wand_http_requests_total')})`, 'Per second, probes included.'),
      stat(
        'Errors',
        'percentunit',
        `sum(${rate('wand_http_requests_total', 'status=~"5..", route!~"/health.*"')}) / sum(${rate('wand_http_requests_total')})`,
        'Share of 5xx, without probes.',
        [
          [null, GREEN],
          [0.01, 'orange'],
          [0.05, RED],
        ],
      ),
      stat('Live runs', 'none', 'sum(wand_runs_live{$by})', 'Runs that are worked on.'),
      stat(
        'Queued runs',
        'none',
        'sum(wand_runs_queued{$by}) + (max(wand_queue_jobs{$by, state="waiting"}) or vector(0))',
        'Runs that wait for a place, those in the queue of a fleet among them.',
      ),
    ],
  ],
  [
    'HTTP',
    [
      graph(
        'Requests by route',
        'reqps',
        [{ expr: `sum by (method, route) (${rate('wand_http_requests_total')})`, legend: '{{method}} {{route}}' }],
        'unmatched: answered before a route was looked for, or none found.',
      ),
      graph(
        'Requests by status',
        'reqps',
        [{ expr: `sum by (status) (${rate('wand_http_requests_total')})`, legend: '{{status}}' }],
        '',
        true,
      ),
      graph(
        'Latency',
        's',
        percentiles('wand_http_request_duration_seconds', 'route!~"/health.*"'),
        'Answers that are kept open on purpose are not in it.',
      ),
      graph('Latency p99 by route', 's', [
        {
          expr: quantile(0.99, 'wand_http_request_duration_seconds', 'method, route'),
          legend: '{{method}} {{route}}',
        },
      ]),
      graph('In flight', 'none', [
        { expr: 'sum by (instance) (wand_http_requests_in_flight{$by})', legend: '{{instance}}' },
      ]),
      graph('Refused: no valid key, over a limit', 'reqps', [
        {
          expr: `sum by (status) (${rate('wand_http_requests_total', 'status=~"401|403|429"')})`,
          legend: '{{status}}',
        },
      ]),
      graph('Over a rate limit', 'reqps', [
        { expr: `sum by (policy) (${rate('wand_rate_limit_refusals_total')})`, legend: '{{policy}}' },
        { expr: `sum(${rate('wand_rate_limit_fallbacks_total')})`, legend: 'counted without the shared store' },
      ]),
      graph('Connections refused', 'cps', [
        { expr: `sum(${rate('wand_connections_dropped_total')})`, legend: 'too many' },
        { expr: `sum by (status) (${rate('wand_connections_refused_total')})`, legend: '{{status}}' },
      ]),
    ],
  ],
  [
    'Runs',
    [
      graph('Created and ended', 'ops', [
        { expr: `sum(${rate('wand_runs_created_total')})`, legend: 'created' },
        { expr: `sum by (status) (${rate('wand_runs_finished_total')})`, legend: '{{status}}' },
      ]),
      graph('Duration of runs', 's', percentiles('wand_run_duration_seconds')),
      graph('Wait before the start', 's', percentiles('wand_run_queue_wait_seconds')),
      graph('Live and queued', 'none', [
        { expr: 'sum(wand_runs_live{$by})', legend: 'live' },
        { expr: 'sum(wand_runs_queued{$by})', legend: 'queued in a process' },
        { expr: 'max(wand_queue_jobs{$by, state="waiting"})', legend: 'queued in the fleet' },
      ]),
      graph(
        'Oldest in the queue',
        's',
        [
          { expr: 'max by (instance) (wand_runs_queue_oldest_age_seconds{$by})', legend: '{{instance}}' },
          { expr: 'max(wand_queue_oldest_age_seconds{$by})', legend: 'fleet' },
        ],
        'In a fleet a process has only runs in its own queue that the shared one has not taken yet.',
      ),
      graph(
        'Runs in the database',
        'none',
        [{ expr: 'max by (status) (wand_stored_runs{$by})', legend: '{{status}}' }],
        'Counted at most once a minute.',
        true,
      ),
    ],
  ],
  [
    'Fleet',
    [
      graph(
        'Jobs in the queue',
        'none',
        [{ expr: 'max by (state) (wand_queue_jobs{$by})', legend: '{{state}}' }],
        'Every process tells the same; nothing while the queue does not answer. Delayed: nothing is due before long.',
        true,
      ),
      graph(
        'Taken over, lost, swept',
        'ops',
        [
          { expr: `sum(${rate('wand_fleet_takeovers_total')})`, legend: 'runs of workers that died' },
          { expr: `sum(${rate('wand_fleet_lost_jobs_total')})`, legend: 'jobs lost by workers that live' },
          { expr: `sum(${rate('wand_fleet_swept_runs_total')})`, legend: 'runs that no job covered' },
          { expr: `sum(${rate('wand_fleet_sweeps_total')})`, legend: 'rounds of looking for those' },
        ],
        'Rounds that stop mean that no process leads.',
      ),
      graph('Hints between processes', 'ops', [
        { expr: `sum by (outcome) (${rate('wand_relay_hints_total')})`, legend: '{{outcome}}' },
        { expr: `sum(${rate('wand_relay_gaps_total')})`, legend: 'gaps' },
      ]),
      graph(
        'Queries for what others wrote',
        'ops',
        [{ expr: `sum by (kind) (${rate('wand_relay_queries_total')})`, legend: '{{kind}}' }],
        'For streams that somebody watches.',
      ),
      graph(
        'Clocks',
        's',
        [{ expr: 'wand_fleet_clock_offset_seconds{$by}', legend: '{{instance}}' }],
        'How far each process is ahead of the database.',
      ),
      graph('Attempts of pools that wait', 'none', [
        { expr: 'max by (pool) (wand_pool_attempts_waiting{$by})', legend: '{{pool}}' },
        { expr: 'sum(wand_pool_attempts_of_runs{$by, state="waiting"})', legend: 'of all runs' },
      ]),
      graph('Attempts that pools make', 'none', [
        { expr: 'sum by (pool) (wand_pool_attempts_running{$by})', legend: '{{pool}}' },
      ]),
    ],
  ],
  [
    'Nodes',
    [
      graph(
        'Attempts by outcome',
        'ops',
        [{ expr: `sum by (outcome) (${rate('wand_node_attempts_total')})`, legend: '{{outcome}}' }],
        '',
        true,
      ),
      graph('Refused egress', 'ops', [
        { expr: `sum by (reason) (${rate('wand_egress_refusals_total')})`, legend: '{{reason}}' },
      ]),
      graph('Attempts by agent', 'ops', [
        { expr: `sum by (agent_type) (${rate('wand_node_attempts_total')})`, legend: '{{agent_type}}' },
      ]),
      graph(
        'Duration of nodes, p95 by agent',
        's',
        [{ expr: quantile(0.95, 'wand_node_duration_seconds', 'agent_type'), legend: '{{agent_type}}' }],
        'From the first attempt to the end, waits between attempts included.',
      ),
      graph('Retries', 'ops', [
        { expr: `sum by (agent_type) (${rate('wand_node_retries_total')})`, legend: '{{agent_type}}' },
      ]),
      graph('Time-outs', 'ops', [
        { expr: `sum by (agent_type, kind) (${rate('wand_node_timeouts_total')})`, legend: '{{agent_type}} {{kind}}' },
        { expr: `sum by (kind) (${rate('wand_run_timeouts_total')})`, legend: 'run: {{kind}}' },
      ]),
      graph('Failed nodes', 'ops', [
        {
          expr: `sum by (agent_type) (${rate('wand_node_duration_seconds_count', 'outcome="failed"')})`,
          legend: '{{agent_type}}',
        },
      ]),
    ],
  ],
  [
    'Journal and database',
    [
      graph('Duration of a flush', 's', percentiles('wand_journal_flush_seconds')),
      graph('Rows of a flush', 'none', percentiles('wand_journal_flush_rows')),
      graph('Flushes and rows', 'ops', [
        { expr: `sum(${rate('wand_journal_flushes_total')})`, legend: 'flushes' },
        { expr: `sum(${rate('wand_journal_rows_total')})`, legend: 'rows' },
      ]),
      graph('Writes that were not stored', 'ops', [
        { expr: `sum by (outcome) (${rate('wand_journal_writes_total', 'outcome!="stored"')})`, legend: '{{outcome}}' },
        { expr: `sum(${rate('wand_journal_appends_fenced_total')})`, legend: 'fenced' },
      ]),
      graph('Writes that wait', 'none', [
        { expr: 'sum by (instance) (wand_journal_writes_waiting{$by})', legend: '{{instance}}' },
      ]),
      graph('Size of the database', 'bytes', [
        { expr: 'max by (part) (wand_database_bytes{$by})', legend: '{{part}}' },
        { expr: 'min(wand_database_disk_free_bytes{$by})', legend: 'left on the disk' },
      ]),
      graph('Events in the database', 'none', [{ expr: 'max(wand_stored_events{$by})', legend: 'events' }]),
    ],
  ],
  [
    'Streams',
    [
      graph('Open streams', 'none', [{ expr: 'sum by (kind) (wand_streams_open{$by})', legend: '{{kind}}' }], '', true),
      graph(
        'Furthest behind',
        'none',
        [{ expr: 'max by (instance) (wand_streams_behind_events{$by})', legend: '{{instance}}' }],
        'Events that the slowest client has still to be sent.',
      ),
      graph('Closed, because too slow', 'ops', [
        { expr: `sum by (kind) (${rate('wand_streams_lagged_total')})`, legend: '{{kind}}' },
      ]),
    ],
  ],
  [
    'Process',
    [
      graph('Delay of the event loop', 's', [
        { expr: 'max by (instance) (wand_event_loop_delay_p99_seconds{$by})', legend: '{{instance}} p99' },
        { expr: 'max by (instance) (wand_event_loop_delay_max_seconds{$by})', legend: '{{instance}} max' },
      ]),
      graph('Memory', 'bytes', [
        { expr: 'process_resident_memory_bytes{$by}', legend: '{{instance}} resident' },
        { expr: 'nodejs_heap_size_used_bytes{$by}', legend: '{{instance}} heap' },
      ]),
      graph('Processor time', 'percentunit', [{ expr: rate('process_cpu_seconds_total'), legend: '{{instance}}' }]),
      graph('Garbage collection', 'percentunit', [
        { expr: `sum by (kind) (${rate('nodejs_gc_duration_seconds_sum')})`, legend: '{{kind}}' },
      ]),
      graph('File descriptors', 'none', [{ expr: 'process_open_fds{$by}', legend: '{{instance}}' }]),
    ],
  ],
];

let nextId = 0;
const target = ({ expr, legend }, index) => ({
  refId: String.fromCharCode(65 + index),
  datasource: DATA_SOURCE,
  expr: expr.replaceAll('$by', BY),
  legendFormat: legend,
});

const steps = (thresholds) =>
  thresholds.length === 0 ? [{ color: GREEN, value: null }] : thresholds.map(([value, color]) => ({ color, value }));

function panelOf({ type, title, unit, description, queries, thresholds = [], isStacked = false, width, height }, x, y) {
  const custom = type === 'timeseries' ? { fillOpacity: 10, stacking: { mode: isStacked ? 'normal' : 'none' } } : {};
  const timeseries = { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } };
  const reduced = { reduceOptions: { calcs: ['lastNotNull'] }, textMode: queries[0].legend === '' ? 'value' : 'name' };
  return {
    id: ++nextId,
    type,
    title,
    description,
    datasource: DATA_SOURCE,
    gridPos: { x, y, w: width, h: height },
    fieldConfig: {
      defaults: { unit, min: 0, custom, thresholds: { mode: 'absolute', steps: steps(thresholds) } },
      overrides: [],
    },
    options: type === 'stat' ? reduced : timeseries,
    targets: queries.map(target),
  };
}

function panelsOf(rows) {
  const panels = [];
  let y = 0;
  for (const [title, specs] of rows) {
    panels.push({
      id: ++nextId,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    for (const spec of specs) {
      if (x + spec.width > COLUMNS) {
        x = 0;
        y += spec.height;
      }
      panels.push(panelOf(spec, x, y));
      x += spec.width;
    }
    y += specs.at(-1).height;
  }
  return panels;
}

const variable = (name, label, query, isMulti) => ({
  name,
  label,
  type: 'query',
  datasource: DATA_SOURCE,
  definition: query,
  query: { query, refId: name },
  refresh: 2,
  sort: 1,
  multi: isMulti,
  includeAll: isMulti,
  ...(isMulti ? { current: { text: ['All'], value: ['$__all'] } } : {}),
});

const dashboard = {
  uid: 'wand-orchestrator',
  title: 'Wand Orchestrator',
  description: 'Traffic, runs, fleet, nodes, journal, streams and process. Made by scripts/dashboard.mjs.',
  tags: ['wand'],
  schemaVersion: 39,
  version: 1,
  editable: true,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-3h', to: 'now' },
  timezone: 'browser',
  templating: {
    list: [
      { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 },
      variable('job', 'Job', 'label_values(wand_build_info, job)', false),
      variable('instance', 'Instance', 'label_values(wand_build_info{job="$job"}, instance)', true),
    ],
  },
  annotations: { list: [] },
  links: [],
  panels: panelsOf(ROWS),
};

const text = await format(JSON.stringify(dashboard), { ...(await resolveConfig(FILE)), parser: 'json' });
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write('deploy/grafana/wand-dashboard.json is not what scripts/dashboard.mjs makes: run it\n');
  process.exitCode = 1;
}
