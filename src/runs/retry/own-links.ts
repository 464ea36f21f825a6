import type { Json, RunId } from '../../executor/core/index.js';

export interface LinkMove {
  readonly from: RunId;
  readonly to: RunId;
  /** Names of the files that the new run has too. */
  readonly artifacts: ReadonlySet<string>;
}

/** An output with its links to files of one run turned into links to the same files of another. */
export function withOwnLinks(output: Json, move: LinkMove): Json {
  if (move.artifacts.size === 0) return output;
  const text = JSON.stringify(output);
  const moved = movedLinks(text, move);
  return moved === text ? output : (JSON.parse(moved) as Json);
}

/** The same for an output as JSON text. */
export function movedLinks(text: string, { from, to, artifacts }: LinkMove): string {
  const folder = `/runs/${from}/artifacts/`;
  if (!text.includes(folder)) return text;
  return text.replaceAll(new RegExp(`${folder}([$\\w.-]+)`, 'g'), (link, name: string) =>
    artifacts.has(name) ? `/runs/${to}/artifacts/${name}` : link,
  );
}
