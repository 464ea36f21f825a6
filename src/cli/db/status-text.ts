import type { DatabaseStatus, MigrationReport } from '../../storage/maintenance/index.js';
import { printable } from '../text/printable.js';

const MEGABYTE = 1_000_000;
const LABEL_WIDTH = 10;

/** The status of a database, for people. */
export function statusText(status: DatabaseStatus): string {
  const { database, server, schema, owner, members, runs, events, bytes } = status;
  const counts = Object.entries(runs).map(([name, count]) => `${count} ${name}`);
  const lines = [
    ['database', database],
    ['server', server ?? 'there is no such file yet'],
    ['schema', schema.version ?? 'none'],
    ['state', stateText(schema)],
    ...schema.pending.map((name) => ['', name]),
    ['owner', owner === null ? 'nobody' : ownerText(owner)],
    ...members.map((member, index) => [index === 0 ? 'fleet' : '', memberText(member)]),
    ['runs', counts.length === 0 ? 'none' : counts.join(', ')],
    ['events', String(events)],
    ['size', `${(bytes / MEGABYTE).toFixed(1)} MB`],
  ];
  return printable(lines.map(([label = '', text = '']) => `${label.padEnd(LABEL_WIDTH)}${text}\n`).join(''));
}

/** What a migration did, for people. */
export function migrationText({ database, applied }: MigrationReport): string {
  if (applied.length === 0) return printable(`${database} is up to date: nothing was applied\n`);
  const lines = [`${database}: applied ${applied.length === 1 ? '1 migration' : `${applied.length} migrations`}`];
  return printable([...lines, ...applied.map((name) => `  ${name}`)].map((line) => `${line}\n`).join(''));
}

function stateText({ state, pending, programVersion }: DatabaseStatus['schema']): string {
  switch (state) {
    case 'current':
      return 'up to date';
    case 'pending':
    case 'missing':
      return `${pending.length} ${pending.length === 1 ? 'migration is' : 'migrations are'} pending: wand db migrate`;
    case 'newer':
      return `newer than this program, which knows versions up to ${programVersion}`;
    case 'incomplete':
      return 'an unfinished copy: run the same `wand db copy` again to its end';
  }
}

function ownerText({ owner, isAlive, expiresAt }: NonNullable<DatabaseStatus['owner']>): string {
  const until = new Date(expiresAt).toISOString();
  return isAlive ? `${owner}, alive (lease until ${until})` : `${owner}, gone (lease until ${until})`;
}

function memberText({ process: name, role, version, isAlive, silentMs }: DatabaseStatus['members'][number]): string {
  const sign = `last sign ${(silentMs / 1_000).toFixed(0)} s ago`;
  return `${name}, ${role}, version ${version}, ${isAlive ? 'alive' : 'gone'} (${sign})`;
}
