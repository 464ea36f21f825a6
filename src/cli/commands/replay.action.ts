import { type JsonObject, type Replay, replay } from '../../executor/core/index.js';
import { toLogDto } from '../../runs/index.js';
import type { CliContext } from '../cli-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { planOfJournal } from '../journal-file/plan-of-journal.js';
import { type JournalFile, readJournalFile } from '../journal-file/read-journal-file.js';
import { replayText } from '../output/replay-text.js';

export interface ReplayFlags {
  readonly json?: true;
}

/** Decides a journaled run once more and says where this version comes to something else. @throws {CliError} */
export async function replayJournal(path: string, flags: ReplayFlags, context: CliContext): Promise<ExitCode> {
  const file = await readJournalFile(path, context);
  const replayed = replay(planOfJournal(file), file.entries);
  const { stdout } = context;
  stdout.write(
    flags.json === true ? `${JSON.stringify(toReport(file, replayed), null, 2)}\n` : replayText(file, replayed),
  );
  return replayed.differences.length === 0 && replayed.fault === null ? EXIT.OK : EXIT.FAILED;
}

function toReport(
  { header, entries }: JournalFile,
  { status, replayed, differences, isGivenUp, fault }: Replay,
): JsonObject {
  return {
    run_id: header.runId,
    graph_id: header.graphId,
    graph_version: header.graphVersion,
    graph_name: header.graphName,
    status,
    entries: entries.length,
    last_seq: header.lastSeq,
    replayed,
    differences: differences.map(({ seq, journaled, decided }) => ({
      seq,
      journaled: toLogDto(journaled),
      decided: decided === null ? null : toLogDto(decided),
    })),
    given_up: isGivenUp,
    fault: fault === null ? null : { ...fault },
  };
}
