import { MemoryApiKeys } from '../../../test/support/memory-api-keys.js';
import { anApiKey } from '../../../test/contract/storage-under-test.js';
import { epochMs } from '../../executor/core/index.js';
import type { StoredApiKey } from '../../storage/index.js';
import { ActiveKeys, type KeyTime } from './active-keys.js';

describe('ActiveKeys', () => {
  let repository: MemoryApiKeys;
  let elapsed: number;
  let wall: number;
  let keys: ActiveKeys;
  const digest = anApiKey(1).keySha256;
  const id = anApiKey(1).keyId;

  beforeEach(() => {
    repository = new MemoryApiKeys();
    elapsed = 0;
    wall = 1_000_000;
    const time: KeyTime = { now: () => epochMs(wall), elapsedMs: () => elapsed };
    keys = new ActiveKeys(repository, time);
  });
  const store = (changes: Partial<StoredApiKey> = {}) => repository.create(anApiKey(1, changes));

  it('asks the database once in five seconds, however many requests there are', async () => {
    await store();
    expect(keys.recall(digest)).toBeUndefined();
    expect(await keys.find(digest)).toMatchObject({ id, scopes: new Set(['runs:read', 'runs:write']) });
    for (elapsed = 0; elapsed < 5_000; elapsed += 500) expect(keys.recall(digest)?.id).toBe(id);
    expect(repository.lookUps).toBe(1);
    expect(keys.recall(digest)).toBeUndefined();
    expect((await keys.findById(id))?.id).toBe(id);
    expect(keys.recall(digest)?.id).toBe(id);
    expect(repository.lookUps).toBe(2);
  });

  it('finds out within five seconds what another process has done to a key', async () => {
    await store();
    await keys.find(digest);
    await store({ revokedAt: epochMs(wall) });
    elapsed = 4_999;
    expect(keys.recall(digest)?.id).toBe(id);
    elapsed = 5_000;
    expect(await keys.find(digest)).toBeUndefined();
    expect(await keys.findById(id)).toBeUndefined();
  });

  it('finds out at once what it is told to forget', async () => {
    await store();
    await keys.find(digest);
    await store({ revokedAt: epochMs(wall) });
    keys.forget(id);
    expect(keys.recall(digest)).toBeUndefined();
    expect(await keys.find(digest)).toBeUndefined();
  });

  describe('while the database takes its time', () => {
    let answer: PromiseWithResolvers<void>;
    beforeEach(async () => {
      await store();
      answer = Promise.withResolvers();
      const read = repository.findByDigest.bind(repository);
      jest.spyOn(repository, 'findByDigest').mockImplementationOnce(async (wanted) => {
        const key = await read(wanted);
        await answer.promise;
        return key;
      });
    });

    it('does not keep what it read before a key was revoked', async () => {
      const finding = keys.find(digest);
      await store({ revokedAt: epochMs(wall) });
      keys.forget(id);
      answer.resolve();
      await finding;
      expect(keys.recall(digest)).toBeUndefined();
      expect(await keys.find(digest)).toBeUndefined();
    });

    it('believes an answer that took longer than it is kept', async () => {
      const finding = keys.find(digest);
      elapsed = 6_000;
      answer.resolve();
      expect((await finding)?.id).toBe(id);
      expect(keys.recall(digest)).toBeUndefined();
    });

    it('counts the five seconds from the question, not from the answer', async () => {
      const finding = keys.find(digest);
      elapsed = 1_000;
      answer.resolve();
      expect((await finding)?.id).toBe(id);
      elapsed = 4_999;
      expect(keys.recall(digest)?.id).toBe(id);
      elapsed = 5_000;
      expect(keys.recall(digest)).toBeUndefined();
    });
  });

  it('ends a key at the very moment it expires, whether it was read a moment ago or not', async () => {
    await store({ expiresAt: epochMs(wall + 100) });
    await keys.find(digest);
    wall += 99;
    expect(keys.recall(digest)?.id).toBe(id);
    wall += 1;
    expect(keys.recall(digest)).toBeUndefined();
    expect(await keys.find(digest)).toBeUndefined();
  });

  it('is not fooled by a wall clock that is set back', async () => {
    await store();
    await keys.find(digest);
    wall -= 86_400_000;
    elapsed = 5_000;
    expect(keys.recall(digest)).toBeUndefined();
  });

  it('takes up a key that is made after it was asked for in vain', async () => {
    expect(await keys.find(digest)).toBeUndefined();
    await store();
    expect((await keys.find(digest))?.id).toBe(id);
  });

  it('notes the use of a key once a minute, and nobody suffers when that fails', async () => {
    await store();
    await keys.find(digest);
    for (elapsed = 0; elapsed < 60_000; elapsed += 1_000) await keys.find(digest);
    expect(repository.touched).toEqual([id]);
    repository.touch = () => Promise.reject(new Error('the disk is full'));
    elapsed = 60_000;
    expect((await keys.find(digest))?.id).toBe(id);
  });
});
