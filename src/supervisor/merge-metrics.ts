/** What one of several processes measures, in the text format of Prometheus. */
export interface WorkerMetrics {
  readonly worker: number;
  readonly text: string;
}

interface Family {
  /** `# HELP` and `# TYPE`. */
  readonly head: string[];
  readonly samples: string[];
}

/** Several pages as one: each sample with the label `worker`, all samples of a metric together, as the format wants it. */
export function mergeMetrics(pages: readonly WorkerMetrics[]): string {
  const families = new Map<string, Family>();
  for (const { worker, text } of pages) addPage(families, worker, text);
  return [...families.values()].map(({ head, samples }) => [...head, ...samples, ''].join('\n')).join('\n');
}

function addPage(families: Map<string, Family>, worker: number, text: string): void {
  let family: Family | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, keyword, name] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? [];
    if (name === undefined) {
      family?.samples.push(labelled(line, worker));
      continue;
    }
    family = families.get(name) ?? { head: [], samples: [] };
    families.set(name, family);
    if (!family.head.some((known) => known.startsWith(`# ${keyword} `))) family.head.push(line);
  }
}

/** `name{a="b"} 1` or `name 1`, with one label more. */
function labelled(sample: string, worker: number): string {
  const label = `worker="${worker}"`;
  const end = sample.search(/[{ ]/);
  const [name, rest] = [sample.slice(0, end), sample.slice(end)];
  return rest.startsWith('{') ? `${name}{${label},${rest.slice(1)}` : `${name}{${label}}${rest}`;
}
