import { DEFAULT_NAMESPACE, epochMs, graphId, runId } from '../../executor/core/index.js';
import { dataSourceOptions } from '../sqlite/data-source-options.js';
import { openDataSource } from '../sqlite/open-data-source.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import { runListSql } from './run-list-sql.js';
import type { RunListQuery } from './run.repository.js';

describe('the query for a page of runs', () => {
  it.each<[string, Omit<RunListQuery, 'limit'>]>([
    ['nothing', {}],
    ['a page', { before: runId('r_0') }],
    ['a status', { statuses: ['FAILED'] }],
    ['a graph', { graphId: graphId('g_0'), before: runId('r_0') }],
    ['a label', { labels: [['a', 'b']], before: runId('r_0') }],
    [
      'labels',
      {
        labels: [
          ['a', 'b'],
          ['c', 'd'],
        ],
        statuses: ['FAILED', 'SUCCESS'],
      },
    ],
    ['a time', { createdAfter: epochMs(1e12) }],
  ])('by %s reads runs in the order of an index, so that the limit bounds the work', async (_, filter) => {
    const options = { url: 'sqlite::memory:', synchronous: 'full', echoSql: false, connectionTimeoutSec: 1 } as const;
    const dataSource = await openDataSource(dataSourceOptions(options));
    const { sql, params } = runListSql(DEFAULT_NAMESPACE, { limit: 10, ...filter });
    const steps = new SqliteDatabase(dataSource)
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...params);
    const plan = steps.map(({ detail }) => detail).join('\n');
    expect(plan).toContain('INDEX');
    expect(plan).not.toMatch(/TEMP B-TREE|SCAN/);
    await dataSource.destroy();
  });
});
