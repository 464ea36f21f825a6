import { ProblemError } from '../../http/index.js';
import { MAX_SEQ } from '../dto/run.queries.js';

const SEQ = /^\d{1,12}$/;

/**
 * Where a stream goes on: the `Last-Event-ID` header beats `?after_seq=`.
 *
 * @throws {ProblemError} `invalid-parameter` if the header is no sequence number.
 */
export function startSeq(lastEventId: string | undefined, afterSeq: number | undefined): number {
  if (lastEventId === undefined || lastEventId === '') return afterSeq ?? 0;
  if (SEQ.test(lastEventId)) return Math.min(Number(lastEventId), MAX_SEQ);
  const message = 'takes the id of an event of this stream: a whole number';
  throw new ProblemError('invalid-parameter', `Last-Event-ID ${message}`, {
    errors: [{ parameter: 'Last-Event-ID', code: 'invalid', message }],
  });
}
