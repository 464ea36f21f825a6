import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { type JournalEntry, epochMs, runId } from '../../executor/core/index.js';
import { commentText, entryText, entryTextWithoutId, eventText, retryText } from './sse-text.js';

const RUN = runId('r_01jd9x3k5r7s8t9v0w1x2y3z4b');
const entry = (fields: Partial<JournalEntry> = {}): JournalEntry => ({
  seq: 5,
  ts: epochMs(1_500),
  type: 'node.log',
  lvl: 'info',
  msg: 'one\r\ntwo\n\nid: 9\nevent: forged\u2028',
  nodeId: 'a',
  attempt: 1,
  progress: null,
  data: null,
  ...fields,
});

function parse(text: string) {
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => retries.push(ms),
  });
  parser.feed(text);
  return { events, comments, retries };
}

describe('The text of the stream', () => {
  it('is one event per entry, whatever line breaks its message holds', () => {
    const { events } = parse(entryText(RUN, entry()));
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ id: '5', event: 'node.log' });
    expect(JSON.parse(events[0]?.data ?? '')).toEqual({
      seq: 5,
      ts: 1.5,
      lvl: 'info',
      type: 'node.log',
      msg: entry().msg,
      node_id: 'a',
      attempt: 1,
      run_id: RUN,
    });
  });

  it('has no id where seq is no cursor', () => {
    const same = entry();
    expect(parse(entryTextWithoutId(RUN, same)).events[0]?.id).toBeUndefined();
    expect(parse(entryText(RUN, same)).events[0]?.id).toBe('5');
  });

  it('is made once per entry, however many clients get it', () => {
    const watched = jest.fn(() => ({ x: 1 }));
    const data = { toJSON: watched } as unknown as JournalEntry['data'];
    const shared = entry({ data });
    expect(entryText(RUN, shared)).toBe(entryText(RUN, shared));
    entryTextWithoutId(RUN, shared);
    expect(watched).toHaveBeenCalledTimes(1);
  });

  it('tells events, comments and the wait before a reconnect apart', () => {
    const { events, comments, retries } = parse(
      retryText(2_000) + eventText('stream.start', { last_seq: 2 }) + commentText('heartbeat'),
    );
    expect(events).toEqual([{ event: 'stream.start', data: '{"last_seq":2}', id: undefined }]);
    expect(comments).toEqual(['heartbeat']);
    expect(retries).toEqual([2_000]);
  });
});
