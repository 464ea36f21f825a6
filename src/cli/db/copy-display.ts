import { SingleBar } from 'cli-progress';
import type { CopyStep } from '../../storage/copy/index.js';
import { type CliContext, isLively } from '../cli-context.js';

const LINE_EVERY_MS = 2_000;
const BAR_WIDTH = 30;

const VERBS = { copy: 'copying', verify: 'comparing' } as const;

/** How far a copy is, on stderr: a bar on a terminal, elsewhere a line every two seconds and for each phase. */
export class CopyDisplay {
  private readonly bar: SingleBar | undefined;
  private phase: CopyStep['phase'] | undefined;
  private beganAt = 0;
  private beganWith = 0;
  private toldAt = 0;

  constructor(private readonly context: Pick<CliContext, 'stderr' | 'env'>) {
    if (!isLively(context)) return;
    this.bar = new SingleBar({
      stream: context.stderr,
      hideCursor: true,
      gracefulExit: false,
      barsize: BAR_WIDTH,
      format: '{verb} {bar} {percentage} %  {value}/{total} rows, {rate} rows/s  {table}',
      barCompleteChar: '█',
      barIncompleteChar: '░',
    });
  }

  show(step: CopyStep): void {
    if (step.phase !== this.phase) this.begin(step);
    const now = performance.now();
    const seconds = (now - this.beganAt) / 1_000;
    const rate = seconds === 0 ? 0 : Math.round((step.rows - this.beganWith) / seconds);
    if (this.bar !== undefined) {
      this.bar.update(step.rows, { table: step.table, rate, verb: VERBS[step.phase] });
    } else if (now - this.toldAt >= LINE_EVERY_MS) {
      this.toldAt = now;
      const { phase, rows, totalRows, table } = step;
      this.context.stderr.write(`${VERBS[phase]} ${table}: ${rows} of ${totalRows} rows, ${rate} rows/s\n`);
    }
  }

  stop(): void {
    this.bar?.stop();
  }

  private begin({ phase, rows, totalRows, table }: CopyStep): void {
    this.bar?.stop();
    this.phase = phase;
    this.beganAt = performance.now();
    this.beganWith = rows;
    this.toldAt = 0;
    this.bar?.start(totalRows, rows, { table, rate: 0, verb: VERBS[phase] });
  }
}
