import { StreamHub } from '../../src/runs/index.js';
import { given } from '../support/given.js';
import { readStream } from '../support/read-stream.js';
import { type TestAgents, registerTestAgents } from '../support/test-agents.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

const START_AND_END = ['stream.start', 'stream.end'];

describe('The end of a stream', () => {
  const api = useApi();
  const { run, finishedRun } = given(api);
  const hub = () => api.service.app.get(StreamHub);
  let agents: TestAgents;

  beforeAll(() => {
    agents = registerTestAgents(api.service);
  });

  afterEach(async () => {
    await waitFor('every stream to be gone', () => hub().size === 0);
  });

  const startGated = async (id: string): Promise<string> => {
    const { run_id } = await run({ nodes: [{ id, type: 'agent.test.gate' }] });
    await waitFor('the agent to run', () => agents.calls.has(id));
    return run_id;
  };

  const namesOf = async (response: Response): Promise<(string | undefined)[]> =>
    (await readStream(response)).events.map(({ event }) => event);

  it('follows the replay of a finished run', async () => {
    const { run_id } = await finishedRun();
    const names = await namesOf(await api.fetch(`/runs/${run_id}/stream`));
    expect(names.slice(-2)).toEqual(['run.succeeded', 'stream.end']);
    expect(await namesOf(await api.fetch(`/runs/${run_id}/stream?after_seq=999`))).toEqual(START_AND_END);
  });

  it('comes to a client that asked for more than there was to be', async () => {
    const run_id = await startGated('ahead');
    const response = await api.fetch(`/runs/${run_id}/stream`, { headers: { 'Last-Event-ID': '999' } });
    const names = namesOf(response);
    agents.release();
    expect(await names).toEqual(START_AND_END);
  });

  it('comes to every client of one run', async () => {
    const run_id = await startGated('many');
    const responses = await Promise.all(Array.from({ length: 20 }, () => api.fetch(`/runs/${run_id}/stream`)));
    const read = responses.map((response) => readStream(response));
    agents.release();
    const [first, ...others] = (await Promise.all(read)).map(({ events }) => events);
    expect(first?.at(-1)).toMatchObject({ event: 'stream.end' });
    for (const other of others) expect(other.slice(1)).toEqual(first?.slice(1));
  });

  it('is at once for HEAD, which keeps nothing open', async () => {
    const run_id = await startGated('head');
    for (const path of [`/runs/${run_id}/stream`, '/events']) {
      const response = await api.fetch(path, { method: 'HEAD' });
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      await waitFor('it to be gone', () => hub().size === 0);
    }
    agents.release();
  });

  it('is a comment, and no stream.end, when the service stops', async () => {
    const run_id = await startGated('stopped');
    const streams = [await api.fetch(`/runs/${run_id}/stream`), await api.fetch('/events')];
    const records = streams.map((response) => readStream(response));
    await waitFor('both to be open', () => hub().size === 2);
    await api.service.stop();
    for (const { comments, events, isClosed } of await Promise.all(records)) {
      expect(comments.at(-1)).toBe('reconnect');
      expect(events.map(({ event }) => event)).not.toContain('stream.end');
      expect(isClosed).toBe(true);
    }
  });
});
