import { CASE_LABEL, type Evidence, type RunRow } from '../support/evidence.js';
import { type Answer, type Exchange, exchangesOf } from '../support/history.js';
import { groupBy } from './group-by.js';

/** What was answered is stored, once; what was refused is not; a refusal says when to come again. */
export function acknowledgementViolations({ history, runs }: Evidence): string[] {
  const exchanges = exchangesOf(history);
  const starts = exchanges.filter(({ method, path }) => method === 'POST' && path.split('?')[0] === '/runs');
  const startsByCase = groupBy(starts, caseOf);
  const rowsByCase = groupBy(runs, (run) => run.labels[CASE_LABEL] ?? '');
  const stored = new Set(runs.map((run) => run.run_id));
  return [
    ...starts.flatMap((start) => lost(start, stored)),
    ...[...startsByCase].flatMap(([label, asked]) => caseViolations(label, asked, rowsByCase.get(label) ?? [])),
    ...[...rowsByCase]
      .filter(([label]) => !startsByCase.has(label))
      .map(([label]) => `case ${label}: nobody asked for it`),
    ...[...groupBy(exchanges, ({ key }) => key)].flatMap(([key, asked]) =>
      key === undefined ? [] : replays(key, asked),
    ),
    ...exchanges.flatMap(faultyRefusal),
  ];
}

/** The run that a 2xx answer to `POST /runs` names; undefined if the answer is another one, or none. */
export function acknowledgedRun({ answer }: Exchange): string | undefined {
  if (answer === undefined || !isSuccess(answer.status)) return undefined;
  return (answer.body as { readonly run_id?: string }).run_id;
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** A service that lost its database in the middle of a commit says that it does not know what became of the request. */
function isRefusal({ status, body }: Answer): boolean {
  const { detail } = (body ?? {}) as { readonly detail?: string };
  return !isSuccess(status) && detail?.includes('whether the request was carried out is not known') !== true;
}

function caseOf({ body }: Exchange): string {
  return (body as { readonly labels?: Record<string, string> } | undefined)?.labels?.[CASE_LABEL] ?? '';
}

function lost(start: Exchange, stored: ReadonlySet<string>): string[] {
  const runId = acknowledgedRun(start);
  return runId === undefined || stored.has(runId)
    ? []
    : [`run ${runId}: answered ${start.answer?.status}, but it is not stored`];
}

function caseViolations(label: string, asked: readonly Exchange[], rows: readonly RunRow[]): string[] {
  const violations: string[] = [];
  if (rows.length > 1) violations.push(`case ${label}: ${rows.length} runs for one start`);
  const areAllRefused = asked.every(({ answer }) => answer !== undefined && isRefusal(answer));
  if (areAllRefused && rows.length > 0) violations.push(`case ${label}: every request was refused, but it is stored`);
  return violations;
}

/** A key has one answer; whoever asks again is told that it is the first one. */
function replays(key: string, asked: readonly Exchange[]): string[] {
  const [first, ...repeated] = asked.filter(({ answer }) => answer !== undefined && isSuccess(answer.status));
  return repeated.flatMap(({ call, answer }) => {
    const violations: string[] = [];
    if (JSON.stringify(answer?.body) !== JSON.stringify(first?.answer?.body)) {
      violations.push(`key ${key}: call ${call} was answered otherwise than call ${first?.call}`);
    }
    if (answer?.headers['idempotency-replayed'] !== 'true') {
      violations.push(`key ${key}: call ${call} was not told that its answer is the one of call ${first?.call}`);
    }
    return violations;
  });
}

function faultyRefusal({ call, method, path, answer }: Exchange): string[] {
  if (answer === undefined || answer.status < 500) return [];
  const where = `${method} ${path} (call ${call})`;
  if (answer.status !== 503) return [`${where}: answered ${answer.status}`];
  const { type } = answer.body as { readonly type?: string };
  const violations = answer.headers['retry-after'] === undefined ? [`${where}: 503 without Retry-After`] : [];
  if (type?.startsWith('/problems/') !== true) violations.push(`${where}: 503 without a problem`);
  return violations;
}
