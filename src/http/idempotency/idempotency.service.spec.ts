import { epochMs } from '../../executor/core/index.js';
import { IdempotencyConflictError, type IdempotencyRecord, IdempotencyRepository } from '../../storage/index.js';
import type { KeyedRequest } from './idempotency-request.js';
import { type Answer, type GuardWith, IdempotencyService } from './idempotency.service.js';

class InMemoryRecords extends IdempotencyRepository {
  private readonly rows = new Map<string, IdempotencyRecord>();

  /** Stands for the write that a record guards. */
  store(record: IdempotencyRecord | undefined): void {
    if (record === undefined) return;
    const id = `${record.scope}|${record.key}`;
    if (this.rows.has(id)) throw new IdempotencyConflictError('taken');
    this.rows.set(id, record);
  }

  override find(scope: string, key: string): Promise<IdempotencyRecord | undefined> {
    return Promise.resolve(this.rows.get(`${scope}|${key}`));
  }

  override purge(): Promise<void> {
    return Promise.resolve();
  }
}

const CREATED: Answer = { status: 201, body: { graph_id: 'g_1' }, location: '/graphs/g_1' };
const REQUEST: KeyedRequest = { key: 'k', scope: 'anonymous POST /graphs', hash: 'h1' };

describe('IdempotencyService', () => {
  let records: InMemoryRecords;
  let service: IdempotencyService;
  let handled: number;
  beforeEach(() => {
    records = new InMemoryRecords();
    service = new IdempotencyService(records);
    handled = 0;
  });

  const create = (guardWith: GuardWith): Promise<Answer> => {
    handled++;
    records.store(guardWith(CREATED));
    return Promise.resolve(CREATED);
  };

  it('handles every request without a key', async () => {
    const request = { key: undefined };
    expect(await service.answer(request, create)).toEqual({ ...CREATED, isReplayed: false });
    await service.answer(request, create);
    expect(handled).toBe(2);
  });

  it('gives the first answer again', async () => {
    expect(await service.answer(REQUEST, create)).toEqual({ ...CREATED, isReplayed: false });
    expect(await service.answer(REQUEST, create)).toEqual({ ...CREATED, isReplayed: true });
    expect(handled).toBe(1);
  });

  it('refuses a key that belongs to another request', async () => {
    await service.answer(REQUEST, create);
    await expect(service.answer({ ...REQUEST, hash: 'h2' }, create)).rejects.toMatchObject({
      code: 'idempotency-mismatch',
      status: 422,
    });
  });

  it('has nothing to do with the same key of another caller or route', async () => {
    await service.answer(REQUEST, create);
    const other = { ...REQUEST, scope: 'somebody POST /graphs' };
    expect(await service.answer(other, create)).toMatchObject({ isReplayed: false });
  });

  it('asks to come back while the first request is being handled', async () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const first = service.answer(REQUEST, () => promise);
    await expect(service.answer(REQUEST, create)).rejects.toMatchObject({
      code: 'idempotency-in-flight',
      status: 409,
      headers: { 'Retry-After': '1' },
    });
    await expect(service.answer({ ...REQUEST, hash: 'h2' }, create)).rejects.toMatchObject({ status: 422 });
    resolve(CREATED);
    await first;
    expect(handled).toBe(0);
  });

  it('keeps nothing of a request that failed, so that it can be tried again', async () => {
    await expect(service.answer(REQUEST, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    expect(await service.answer(REQUEST, create)).toMatchObject({ isReplayed: false });
  });

  it('gives the answer of the process that was quicker', async () => {
    const answer = await service.answer(REQUEST, (guardWith) => {
      const record = guardWith(CREATED);
      records.store(record);
      records.store(record);
      return Promise.resolve({ ...CREATED, body: { graph_id: 'g_2' } });
    });
    expect(answer).toEqual({ ...CREATED, isReplayed: true });
  });

  it('keeps what the answer was and when', async () => {
    await service.answer(REQUEST, create);
    const record = await records.find(REQUEST.scope, 'k');
    expect(record).toMatchObject({
      requestHash: 'h1',
      status: 201,
      bodyJson: '{"graph_id":"g_1"}',
      location: '/graphs/g_1',
    });
    expect(Math.abs((record?.createdAt ?? 0) - epochMs(Date.now()))).toBeLessThan(60_000);
  });
});
