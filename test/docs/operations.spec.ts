import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { anchorsOf, readPage } from './support/markdown.js';

interface Alert {
  readonly alert?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly runbook: string };
}

const PAGE = 'docs/operations.md';

const page = readPage(PAGE);
const rules = parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Alert[] }[];
};
const alerts = rules.groups
  .flatMap((group) => group.rules)
  .flatMap(({ alert, labels, annotations }) =>
    alert === undefined ? [] : [{ alert, severity: labels.severity, runbook: annotations.runbook }],
  );
/** Each begins with its rule and how bad it is. */
const sections = [...page.matchAll(/^### (Alert: .+)\n\n`(\w+)`, (\w+): (?=\S)([^]*?)(?=^##)/gm)].map(
  ([, heading = '', alert = '', severity = '', text = '']) => {
    const [anchor = ''] = anchorsOf(`### ${heading}`);
    return { alert, severity, runbook: `${PAGE}#${anchor}`, text };
  },
);

describe('docs/operations.md', () => {
  it('has a section for each alert, where its rule says, in the same order, and no other', () => {
    const told = sections.map(({ alert, severity, runbook }) => ({ alert, severity, runbook }));
    expect(told).toEqual(alerts);
    expect(page.match(/^### Alert/gm)).toHaveLength(alerts.length);
  });

  it.each(sections)('says of $alert where to look first and what to do', ({ text }) => {
    expect(text.match(/^\d\. \S/gm)).toHaveLength(3);
    expect(text.trim().split('\n\n').at(-1)).toMatch(/^[^\d\s].{20,}/);
  });
});
