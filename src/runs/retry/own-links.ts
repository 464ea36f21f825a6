import type { Json, RunId } from '../../executor/core/index.js';

export interface LinkMove {
  readonly from: RunId;
  readonly to: RunId;
  /** Names of the files that the new run has too. */
  readonly artifacts: ReadonlySet<string>;
}

/** An output with its links to files of one run turned into links to the same files of another. */
export function withOwnLinks(output: Json, { from, to, artifacts }: LinkMove): Json {
  const folder = `/runs/${from}/artifacts/`;
  const text = artifacts.size === 0 ? '' : JSON.stringify(output);
  if (!text.includes(folder)) return output;
  const moved = text.replaceAll(new RegExp(`${folder}([\\w.-]+)`, 'g'), (link, name: string) =>
    artifacts.has(name) ? `/runs/${to}/artifacts/${name}` : link,
  );
  return JSON.parse(moved) as Json;
}
