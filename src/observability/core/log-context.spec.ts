import { logContext, mentionRun, withLogContext, withoutLogContext } from './log-context.js';

describe('the log context', () => {
  it('is there in all that an action begins, and nowhere else', async () => {
    const later = withLogContext({ request_id: 'a' }, async () => {
      await new Promise(setImmediate);
      return logContext();
    });
    expect(logContext()).toEqual({});
    expect(await later).toEqual({ request_id: 'a' });
  });

  it('names the run that a request turned out to be about', () => {
    withLogContext({ request_id: 'a' }, () => {
      mentionRun('r_1');
      expect(logContext()).toEqual({ request_id: 'a', run_id: 'r_1' });
    });
  });

  it('of an attempt has nothing of the request in which its run began, nor of another run', () => {
    withLogContext({ request_id: 'a' }, () =>
      withLogContext({ run_id: 'r_1', node_id: 'n', attempt: 1 }, () => {
        mentionRun('r_2');
        expect(logContext()).toEqual({ run_id: 'r_1', node_id: 'n', attempt: 1 });
      }),
    );
    mentionRun('r_2');
    expect(logContext()).toEqual({});
  });

  it('can be left', () => {
    withLogContext({ run_id: 'r_1' }, () => withoutLogContext(() => expect(logContext()).toEqual({})));
  });
});
