import { StreamHub } from '../../src/runs/index.js';
import { given } from '../support/given.js';
import { useApi } from '../support/use-api.js';
import { waitFor } from '../support/wait-for.js';

describe('The caps on open streams', () => {
  const api = useApi({
    env: {
      SECURITY__API_KEY: '',
      SECURITY__TRUST_PROXY: '1',
      SECURITY__MAX_STREAMS_PER_KEY: '2',
      MONITORING__MAX_STREAMS: '3',
    },
  });
  const open: AbortController[] = [];
  const hub = (): StreamHub => api.service.app.get(StreamHub);
  const openStreams = (): number => hub().openStreams.run + hub().openStreams.events;

  const watch = (address: string, path = '/events'): Promise<Response> => {
    const leaving = new AbortController();
    open.push(leaving);
    return api.fetch(path, { headers: { 'X-Forwarded-For': address }, signal: leaving.signal });
  };
  const leave = (): void => open.pop()?.abort();

  afterEach(async () => {
    while (open.length > 0) leave();
    await waitFor('every stream to be gone', () => openStreams() === 0);
  });

  it('refuse one too many with the same key, or from the same address without keys', async () => {
    expect((await watch('192.0.2.1')).status).toBe(200);
    expect((await watch('192.0.2.1')).status).toBe(200);
    const refused = await api.get('/events', { headers: { 'X-Forwarded-For': '192.0.2.1' } });
    expect(refused).toMatchObject({ status: 429, body: { type: '/problems/too-many-streams' } });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect((await watch('192.0.2.2')).status).toBe(200);
  });

  it('refuse one too many for the process, whoever asks', async () => {
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) expect((await watch(address)).status).toBe(200);
    const { run_id } = await given(api).run();
    const refused = await api.get(`/runs/${run_id}/stream`, { headers: { 'X-Forwarded-For': '192.0.2.4' } });
    expect(refused).toMatchObject({ status: 503, body: { type: '/problems/overloaded' } });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(hub().refusedStreams.process).toBeGreaterThan(0);
  });

  it('take the next one when a client has left', async () => {
    await watch('192.0.2.1');
    await watch('192.0.2.1');
    leave();
    await waitFor('its place', () => openStreams() === 1);
    expect((await watch('192.0.2.1')).status).toBe(200);
  });

  it('are not used up by a stream that never began', async () => {
    for (let request = 0; request < 5; request++) {
      expect((await api.get('/runs/r_none/stream', { headers: { 'X-Forwarded-For': '192.0.2.1' } })).status).toBe(404);
    }
    expect(openStreams()).toBe(0);
  });
});
