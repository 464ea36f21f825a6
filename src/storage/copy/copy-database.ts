import { isMade, openRawDatabase } from '../maintenance/open-raw-database.js';
import { migrateDatabase } from '../maintenance/migrate-database.js';
import type { RawDatabase } from '../maintenance/raw-database.js';
import { DatabaseOpenError, DatabaseUrlError } from '../storage.errors.js';
import { keyText } from './canonical-row.js';
import { checkSizes, checkSource, checkTarget } from './check-sides.js';
import { type CopiedTable, copiedTables } from './copied-tables.js';
import { CopyProgress } from './copy-progress.js';
import { copyTable } from './copy-table.js';
import { CopyError } from './copy.errors.js';
import { CopyableText } from './copyable-text.js';
import { HeldLease } from './held-lease.js';
import type { PageLimits } from './read-pages.js';
import { type Difference, type TableVerification, verifyTable } from './verify-table.js';

export interface CopyRequest {
  /** Database URLs, as `DATABASE__URL` takes them. */
  readonly from: string;
  readonly to: string;
  /** Rows of a transaction at most. */
  readonly batchRows: number;
  /** Puts U+FFFD where a text holds what not every database takes, instead of stopping. */
  readonly replacesInvalidText: boolean;
  /** Copies nothing: compares what two databases hold. */
  readonly verifiesOnly: boolean;
  readonly connectionTimeoutSec: number;
  readonly onProgress?: (progress: CopyStep) => void;
}

/** Where a copy is. */
export interface CopyStep {
  readonly phase: 'copy' | 'verify';
  readonly table: string;
  /** Of all tables, those of an earlier call included. */
  readonly rows: number;
  readonly totalRows: number;
}

export interface CopyReport {
  /** URLs without passwords. */
  readonly from: string;
  readonly to: string;
  /** True if an earlier call had begun. */
  readonly resumed: boolean;
  /** Rows that this call copied. */
  readonly copiedRows: number;
  readonly copySeconds: number;
  readonly verifySeconds: number;
  /** Texts in which something was replaced. */
  readonly replacedTexts: number;
  readonly tables: readonly VerifiedTable[];
  /** Nothing differs. */
  readonly isSame: boolean;
}

export interface VerifiedTable extends Omit<TableVerification, 'differences'> {
  readonly table: string;
  readonly differences: readonly (Pick<Difference, 'kind' | 'rows'> & {
    readonly first: string;
    readonly last: string;
  })[];
}

/** A page of wide rows, and of what a transaction writes; one row may be larger. */
const PAGE_BYTES = 4 * 1_024 * 1_024;

/**
 * Copies an installation from one database to another and compares the two row by row. A call that was cut short, however,
 * is gone on with by the next call. Both sides are owned meanwhile, as by a service; the target is refused by every program
 * until the comparison has found both the same.
 *
 * @throws {CopyError | DatabaseOpenError | DatabaseUrlError | DatabaseTooNewError | JournalUnavailableError} with what was
 * copied so far in the target.
 */
export async function copyDatabase(request: CopyRequest): Promise<CopyReport> {
  const source = await openSide('--from', request.from, request);
  try {
    await checkSource(source);
    if (!(await onSide('--to', () => isMade(request.to)))) {
      if (request.verifiesOnly) throw new CopyError('--to: there is no such file');
      await migrateTarget(request);
    }
    const target = await openSide('--to', request.to, request);
    try {
      if (source.identity.name === target.identity.name) throw new CopyError('--from and --to are the same database');
      return await new Copy(request, source, target).run();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

class Copy {
  private readonly tables = copiedTables();
  private readonly origin: string;
  private readonly limits: PageLimits;
  private totalRows = 0;

  constructor(
    private readonly request: CopyRequest,
    private readonly source: RawDatabase,
    private readonly target: RawDatabase,
  ) {
    this.origin = source.identity.name;
    const bytes = Math.min(PAGE_BYTES, (target.maxStatementBytes ?? Infinity) / 4);
    this.limits = { rows: request.batchRows, bytes };
  }

  async run(): Promise<CopyReport> {
    const { source, target, request } = this;
    const resumed = request.verifiesOnly ? false : await this.prepareTarget();
    const sourceLease = await HeldLease.take(source, '--from');
    try {
      const targetLease = await HeldLease.take(target, '--to');
      try {
        this.totalRows = await this.countRows();
        const began = performance.now();
        const copiedRows = request.verifiesOnly ? 0 : await this.copyAll(sourceLease, targetLease);
        const copied = performance.now();
        const { tables, replacedTexts } = await this.verifyAll([sourceLease, targetLease]);
        const isSame = tables.every(({ differences }) => differences.length === 0);
        const verified = performance.now();
        if (isSame && !request.verifiesOnly) await this.finish();
        return {
          from: this.origin,
          to: target.identity.name,
          resumed,
          copiedRows,
          copySeconds: (copied - began) / 1_000,
          verifySeconds: (verified - copied) / 1_000,
          replacedTexts,
          tables,
          isSame,
        };
      } finally {
        await targetLease.release();
      }
    } finally {
      await sourceLease.release();
    }
  }

  /** @returns whether the target holds the beginning of this copy. */
  private async prepareTarget(): Promise<boolean> {
    const { source, target, tables, request } = this;
    const found = await checkTarget(target, this.origin, tables);
    await checkSizes(source, target, tables);
    if (found === 'empty') await migrateTarget(request);
    return found === 'begun';
  }

  private async copyAll(sourceLease: HeldLease, targetLease: HeldLease): Promise<number> {
    const { source, target, limits, request } = this;
    const progress = await CopyProgress.begin(target, this.origin);
    const text = new CopyableText(request.replacesInvalidText);
    let copied = 0;
    let rows = 0;
    for (const table of this.tables) {
      rows += (await progress.of(table.name)).rows;
      this.tell('copy', table, rows);
      const onRows = async (count: number): Promise<void> => {
        copied += count;
        rows += count;
        this.tell('copy', table, rows);
        await sourceLease.keep();
      };
      const asCopied = text.row.bind(text, table);
      await copyTable({ source, target, table, limits, progress, targetLease, asCopied, onRows });
    }
    return copied;
  }

  private async verifyAll(
    leases: readonly HeldLease[],
  ): Promise<{ readonly tables: VerifiedTable[]; readonly replacedTexts: number }> {
    const { source, target, limits } = this;
    const text = new CopyableText(this.request.replacesInvalidText);
    const verified: VerifiedTable[] = [];
    let rows = 0;
    for (const table of this.tables) {
      const onPage = async (count: number): Promise<void> => {
        rows += count;
        this.tell('verify', table, rows);
        for (const lease of leases) await lease.keep();
      };
      const asCopied = text.row.bind(text, table);
      const { differences, ...digests } = await verifyTable({ source, target, table, limits, asCopied, onPage });
      verified.push({ table: table.name, ...digests, differences: differences.map((found) => shown(table, found)) });
    }
    return { tables: verified, replacedTexts: text.replaced };
  }

  private async finish(): Promise<void> {
    await this.target.analyze(this.tables.map(({ name }) => name));
    await CopyProgress.finish(this.target);
  }

  private async countRows(): Promise<number> {
    let rows = 0;
    for (const { name } of this.tables) {
      const [row] = await this.source.query<{ readonly rows: number }>(`SELECT COUNT(*) AS "rows" FROM "${name}"`);
      rows += Number(row?.rows);
    }
    return rows;
  }

  private tell(phase: CopyStep['phase'], { name }: CopiedTable, rows: number): void {
    this.request.onProgress?.({ phase, table: name, rows, totalRows: this.totalRows });
  }
}

function shown(table: CopiedTable, { kind, rows, first, last }: Difference): VerifiedTable['differences'][number] {
  return { kind, rows, first: keyText(table, first), last: keyText(table, last) };
}

/** The migrations know the environment's key alone: whoever gave a URL by another name hears of that. */
async function onSide<Result>(side: '--from' | '--to', work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseUrlError) throw new DatabaseUrlError(error.message.replace('DATABASE__URL', side));
    if (error instanceof DatabaseOpenError) {
      throw new DatabaseOpenError(error.message.replace(/^(?:DATABASE__URL: )?/, `${side}: `), { cause: error });
    }
    throw error;
  }
}

function openSide(side: '--from' | '--to', url: string, { connectionTimeoutSec }: CopyRequest): Promise<RawDatabase> {
  return onSide(side, () => openRawDatabase({ url, connectionTimeoutSec }));
}

function migrateTarget({ to, connectionTimeoutSec }: CopyRequest): Promise<unknown> {
  return onSide('--to', () =>
    migrateDatabase({ url: to, connectionTimeoutSec, synchronous: 'full', echoSql: false, maxConnections: 2 }),
  );
}
