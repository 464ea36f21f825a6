import { echo, graph } from './graphs.js';
import { useRuns } from './use-runs.js';

describe('Environment variables in templates', () => {
  const runs = useRuns({ PLUGINS__ALLOWED_ENV: '["WAND_TEST_TOKEN"]', WAND_TEST_TOKEN: 'sesame-opens' });

  it('hands the value to the agent and masks it in what the agent gives back', async () => {
    const length = { id: 'b', type: 'agent.transform', params: { expression: '$length("${ env.WAND_TEST_TOKEN }")' } };
    const run = await runs.finish(graph([echo('a', { said: 'it is ${env.WAND_TEST_TOKEN}!' }), length]));
    expect(run.output('a')).toEqual({ said: 'it is ***!' });
    expect(run.output('b')).toEqual({ value: 'sesame-opens'.length });
    expect(JSON.stringify(run.log)).not.toContain('sesame');
    expect((await runs.nodeRun(run, 'a')).params).toEqual({ said: 'it is ${env.WAND_TEST_TOKEN}!' });
  });
});
