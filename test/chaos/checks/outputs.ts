import { createHash } from 'node:crypto';
import type { EventRow, Evidence, FileRow } from '../support/evidence.js';

interface OutputRef {
  readonly artifact: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Names of the files in which outputs are kept begin so. */
const OUTPUT_FILE = '$output.';

/** Every output that a journal refers to is there as it was stored, and nothing is stored that no journal refers to. */
export function outputViolations({ events, files }: Evidence): string[] {
  const stored = filesByPlace(files);
  const named = new Set<string>();
  const dangling = events.flatMap((event) => {
    const ref = outputRefOf(event);
    if (ref === undefined) return [];
    named.add(placeOf(event.run_id, ref.artifact));
    const fault = refFault(ref, stored.get(placeOf(event.run_id, ref.artifact)));
    return fault === undefined ? [] : [`run ${event.run_id}: ${event.type} at seq ${event.seq} refers to ${fault}`];
  });
  const strays = files.filter(({ run_id, name }) => name.startsWith(OUTPUT_FILE) && !named.has(placeOf(run_id, name)));
  return [...dangling, ...strays.map(({ run_id, name }) => `run ${run_id}: nothing refers to its file ${name}`)];
}

/** The output that an event tells, wherever it is kept. */
export function outputOf(event: EventRow, files: ReadonlyMap<string, FileRow>): unknown {
  const ref = outputRefOf(event);
  if (ref === undefined) return event.data?.['output'];
  const file = files.get(placeOf(event.run_id, ref.artifact));
  return file === undefined ? undefined : (JSON.parse(file.body.toString()) as unknown);
}

/** For `outputOf`. */
export function filesByPlace(files: readonly FileRow[]): Map<string, FileRow> {
  return new Map(files.map((file) => [placeOf(file.run_id, file.name), file]));
}

/** How the event refers to its output; undefined if it holds it, or has none. */
export function outputRefOf({ data }: EventRow): OutputRef | undefined {
  return data?.['output_ref'] as OutputRef | undefined;
}

const placeOf = (runId: string, name: string): string => `${runId} ${name}`;

function refFault({ artifact, bytes, sha256 }: OutputRef, file: FileRow | undefined): string | undefined {
  if (file === undefined) return `${artifact}, which is not stored`;
  const digest = createHash('sha256').update(file.body).digest('hex');
  if (digest !== sha256 || file.sha256 !== sha256) return `${artifact}, which has another content`;
  if (file.body.byteLength !== bytes || file.bytes !== bytes) return `${artifact}, which has another length`;
  return undefined;
}
