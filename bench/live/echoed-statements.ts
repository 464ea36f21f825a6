/** Counts the statements that a service logs with DATABASE__ECHO_SQL. */
export class EchoedStatements {
  statements = 0;
  /** Those between BEGIN and COMMIT are one, any other statement is one by itself. */
  transactions = 0;
  private isInTransaction = false;

  /** @param line A line of the log, as JSON. */
  take(line: string): void {
    const { context, msg } = JSON.parse(line) as { readonly context?: string; readonly msg: string };
    if (context !== 'SQL') return;
    this.statements += 1;
    if (!this.isInTransaction) this.transactions += 1;
    if (msg.startsWith('BEGIN')) this.isInTransaction = true;
    if (/^(?:COMMIT|ROLLBACK)/.test(msg)) this.isInTransaction = false;
  }
}
