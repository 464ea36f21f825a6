import { Logger } from '@nestjs/common';

const MAX_LENGTH = 2_000;

/** Logs statements as SQLite runs them. */
export function sqlEcho(): (sql: unknown) => void {
  const logger = new Logger('SQL');
  return (sql) => logger.log(maskTexts(String(sql)));
}

/** The statement with `'…'` in place of every text and binary value: runs carry secrets of their users. */
export function maskTexts(sql: string): string {
  const masked = sql.replace(/x?'(?:[^']|'')*'/gi, "'…'").replace(/\s+/g, ' ');
  return masked.length > MAX_LENGTH ? `${masked.slice(0, MAX_LENGTH)}…` : masked;
}
