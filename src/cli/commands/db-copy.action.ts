import { SecretRegistry } from '../../config/index.js';
import { copyDatabase, passwordsIn } from '../../storage/copy/index.js';
import type { CliContext } from '../cli-context.js';
import { CliError } from '../cli-errors.js';
import { CopyDisplay } from '../db/copy-display.js';
import { copyText } from '../db/copy-text.js';
import { type UrlFlags, copyUrls } from '../db/copy-urls.js';
import { loadDatabaseConfig, withoutSecrets } from '../db/database-config.js';
import { EXIT, type ExitCode } from '../exit-code.js';

const MAX_BATCH_ROWS = 10_000;

export interface CopyFlags extends UrlFlags {
  readonly batch: string;
  readonly replaceInvalidText?: true;
  readonly verifyOnly?: true;
  readonly json?: true;
}

/** Copies an installation, or only compares two, and says what came of it. @throws {ConfigError | CliError} */
export async function copyInstallation(flags: CopyFlags, context: CliContext): Promise<ExitCode> {
  const { config } = loadDatabaseConfig(context);
  const { from, to } = copyUrls(flags, config.database.url, context);
  const secrets = new SecretRegistry([...passwordsIn(from), ...passwordsIn(to)]);
  const display = new CopyDisplay(context);
  try {
    const report = await withoutSecrets(secrets, () =>
      copyDatabase({
        from,
        to,
        batchRows: batchRows(flags.batch),
        replacesInvalidText: flags.replaceInvalidText ?? false,
        verifiesOnly: flags.verifyOnly ?? false,
        connectionTimeoutSec: config.database.connectionTimeout,
        onProgress: (step) => display.show(step),
      }),
    );
    display.stop();
    context.stdout.write(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : copyText(report));
    return report.isSame ? EXIT.OK : EXIT.FAILED;
  } finally {
    display.stop();
  }
}

function batchRows(text: string): number {
  const rows = Number(text);
  if (/^\d+$/.test(text) && rows >= 1 && rows <= MAX_BATCH_ROWS) return rows;
  throw new CliError(`--batch ${JSON.stringify(text)}: takes a number of rows from 1 to ${MAX_BATCH_ROWS}`);
}
