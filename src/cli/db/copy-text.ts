import type { CopyReport, VerifiedTable } from '../../storage/copy/index.js';
import { printable } from '../text/printable.js';

/** What a copy came to, for people. */
export function copyText(report: CopyReport): string {
  const { from, to, resumed, copiedRows, copySeconds, replacedTexts, tables, isSame } = report;
  const rate = copySeconds > 0 ? `, ${Math.round(copiedRows / copySeconds)} rows/s` : '';
  const lines = [
    `${from} -> ${to}`,
    `${resumed ? 'went on with a copy; ' : ''}${copiedRows} rows copied in ${copySeconds.toFixed(1)} s${rate}`,
    ...(replacedTexts === 0 ? [] : [`${replacedTexts} texts have U+FFFD in the place of what was not valid`]),
    ...tables.flatMap(tableLines),
    isSame
      ? 'both sides are the same'
      : 'the two sides differ: what is missing, extra or changed on the target is listed above',
  ];
  return printable(lines.map((line) => `${line}\n`).join(''));
}

function tableLines({ table, source, target, differences }: VerifiedTable): string[] {
  const verdict =
    differences.length === 0 ? `sha256 ${source.sha256}` : `${target.rows} on the target, and not the same:`;
  return [
    `  ${table}: ${source.rows} rows, ${verdict}`,
    ...differences.map(({ kind, rows, first, last }) =>
      rows === 1 ? `    ${kind}: ${first}` : `    ${kind}: ${rows} rows from ${first} to ${last}`,
    ),
  ];
}
