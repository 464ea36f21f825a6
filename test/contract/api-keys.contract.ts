import { epochMs, namespace } from '../../src/executor/core/index.js';
import { JournalUnavailableError } from '../../src/storage/index.js';
import { NOON, type OpenStorage, type StorageUnderTest, aKeyId, anApiKey } from './storage-under-test.js';

const TEAM = namespace('team-a');
const LATER = epochMs(NOON + 60_000);

/** What every adapter of the API keys does. */
export function describeApiKeys(adapter: string, open: OpenStorage): void {
  describe(`API keys on ${adapter}`, () => {
    let storage: StorageUnderTest;
    beforeEach(async () => {
      storage = await open();
    });
    afterEach(() => storage.close());

    it('are found by id and by digest, with all they were stored with', async () => {
      const key = anApiKey(1, { namespace: TEAM, expiresAt: LATER, lastUsedAt: NOON });
      await storage.apiKeys.create(key);
      expect(await storage.apiKeys.find(aKeyId(1))).toEqual(key);
      expect(await storage.apiKeys.findByDigest(key.keySha256)).toEqual(key);
      expect(await storage.apiKeys.find(aKeyId(2))).toBeUndefined();
      expect(await storage.apiKeys.findByDigest('f'.repeat(64))).toBeUndefined();
    });

    it('have a digest each', async () => {
      await storage.apiKeys.create(anApiKey(1));
      await expect(storage.apiKeys.create(anApiKey(2, { keySha256: anApiKey(1).keySha256 }))).rejects.toThrow(/UNIQUE/);
      expect(await storage.apiKeys.find(aKeyId(2))).toBeUndefined();
    });

    it('are listed newest first by page, of one namespace or all, those that have ended included', async () => {
      for (const number of [1, 2, 3]) await storage.apiKeys.create(anApiKey(number));
      await storage.apiKeys.create(anApiKey(4, { namespace: TEAM }));
      await storage.apiKeys.revoke(aKeyId(3), NOON);
      const list = async (query: Parameters<typeof storage.apiKeys.list>[0]) =>
        (await storage.apiKeys.list(query)).map(({ keyId }) => keyId);
      expect(await list({ limit: 9 })).toEqual([4, 3, 2, 1].map(aKeyId));
      expect(await list({ limit: 2, before: aKeyId(4) })).toEqual([3, 2].map(aKeyId));
      expect(await list({ limit: 9, namespace: TEAM })).toEqual([aKeyId(4)]);
      expect(await list({ limit: 1, namespace: anApiKey(1).namespace, before: aKeyId(3) })).toEqual([aKeyId(2)]);
      expect(await list({ limit: 9, namespace: namespace('nobody') })).toEqual([]);
    });

    it('are revoked once: the first moment stays', async () => {
      await storage.apiKeys.create(anApiKey(1));
      await storage.apiKeys.revoke(aKeyId(1), NOON);
      await storage.apiKeys.revoke(aKeyId(1), LATER);
      await storage.apiKeys.revoke(aKeyId(2), LATER);
      expect(await storage.apiKeys.find(aKeyId(1))).toEqual(anApiKey(1, { revokedAt: NOON }));
    });

    it('note their last use, which never goes back', async () => {
      await storage.apiKeys.create(anApiKey(1));
      await storage.apiKeys.touch(aKeyId(1), LATER);
      await storage.apiKeys.touch(aKeyId(1), NOON);
      expect(await storage.apiKeys.find(aKeyId(1))).toEqual(anApiKey(1, { lastUsedAt: LATER }));
    });

    describe('that are rotated', () => {
      const rotate = (number: number, replacement: number, endsAt = LATER) =>
        storage.apiKeys.rotate({ keyId: aKeyId(number), endsAt, replacement: anApiKey(replacement) });

      it('end later, and their replacement is stored with that', async () => {
        await storage.apiKeys.create(anApiKey(1));
        expect(await rotate(1, 2)).toBe(true);
        expect(await storage.apiKeys.find(aKeyId(1))).toEqual(anApiKey(1, { expiresAt: LATER, replacedBy: aKeyId(2) }));
        expect(await storage.apiKeys.find(aKeyId(2))).toEqual(anApiKey(2));
      });

      it('never live longer for it', async () => {
        await storage.apiKeys.create(anApiKey(1, { expiresAt: NOON }));
        await rotate(1, 2);
        expect(await storage.apiKeys.find(aKeyId(1))).toMatchObject({ expiresAt: NOON });
      });

      it('are rotated once, of several that try at the same time', async () => {
        await storage.apiKeys.create(anApiKey(1));
        const [second, third] = await Promise.all([rotate(1, 2), rotate(1, 3)]);
        expect([second, third].filter(Boolean)).toHaveLength(1);
        const replacedBy = second ? aKeyId(2) : aKeyId(3);
        expect(await storage.apiKeys.find(aKeyId(1))).toMatchObject({ replacedBy });
        expect((await storage.apiKeys.list({ limit: 9 })).map(({ keyId }) => keyId)).toEqual([replacedBy, aKeyId(1)]);
      });

      it('are not when they were revoked or are unknown', async () => {
        await storage.apiKeys.create(anApiKey(1, { revokedAt: NOON }));
        expect([await rotate(1, 2), await rotate(7, 2)]).toEqual([false, false]);
        expect(await storage.apiKeys.find(aKeyId(2))).toBeUndefined();
      });

      it('stay as they were when the replacement cannot be stored', async () => {
        await storage.apiKeys.create(anApiKey(1));
        await storage.apiKeys.create(anApiKey(2));
        await expect(rotate(1, 2)).rejects.not.toBeInstanceOf(JournalUnavailableError);
        expect(await storage.apiKeys.find(aKeyId(1))).toEqual(anApiKey(1));
      });
    });
  });
}
