import { z } from 'zod';
import { Agent, type AgentContext } from '../../sdk/index.js';
import { Breather } from './breather.js';
import { measureText } from './text-statistics.js';

const params = z.strictObject({});
const input = z.strictObject({ text: z.string() });
const output = z.strictObject({
  insights: z.array(z.number()).meta({ description: 'One number for each label.' }),
  labels: z.array(z.string()),
  top_terms: z.array(z.strictObject({ term: z.string(), count: z.int() })),
});

/** Measures a text. */
@Agent({
  type: 'agent.analyze',
  description: 'Counts the characters, words, sentences and lines of a text and finds its most frequent terms.',
  params,
  input,
  output,
})
export class AnalyzeAgent {
  async run({
    input: { text },
    signal,
  }: AgentContext<z.output<typeof params>, z.output<typeof input>>): Promise<z.output<typeof output>> {
    const breather = new Breather(signal);
    const measuring = measureText(text);
    for (;;) {
      const step = measuring.next();
      if (step.done === true) {
        const { characters, words, uniqueWords, sentences, lines, meanWordLength, topTerms } = step.value;
        return {
          insights: [characters, words, uniqueWords, sentences, lines, meanWordLength],
          labels: ['characters', 'words', 'unique words', 'sentences', 'lines', 'mean word length'],
          top_terms: [...topTerms],
        };
      }
      if (breather.isDue) await breather.pause();
    }
  }
}
