import { Logger } from '@nestjs/common';
import type { KeyHolders } from '../../auth/index.js';
import type { OpenRequest } from './open-request.js';

/** Keys are believed for so long anyway: asking more often would tell nothing new. */
const CHECK_MS = 5_000;

/**
 * Ends the streams of keys that have ended: whoever holds a stream sends nothing, so nobody would ask for its key again. A
 * key that cannot be looked up now is looked up again the next time.
 */
export class KeyWatch {
  private readonly logger = new Logger(KeyWatch.name);
  private readonly keyIds = new Map<OpenRequest, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly holders: Pick<KeyHolders, 'find'>) {}

  /** Ends `stream` once the key with this id has ended. */
  watch(stream: OpenRequest, keyId: string): void {
    this.keyIds.set(stream, keyId);
    this.timer ??= setInterval(() => void this.check(), CHECK_MS).unref();
    void stream.whenGone.then(() => this.forget(stream));
  }

  /** Looks now: this key is said to have changed. */
  async checkKey(keyId: string): Promise<void> {
    const isWatched = [...this.keyIds.values()].includes(keyId);
    if (isWatched && (await this.hasEnded(keyId))) this.end(keyId);
  }

  private forget(stream: OpenRequest): void {
    this.keyIds.delete(stream);
    if (this.keyIds.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async check(): Promise<void> {
    for (const keyId of new Set(this.keyIds.values())) if (await this.hasEnded(keyId)) this.end(keyId);
  }

  private async hasEnded(keyId: string): Promise<boolean> {
    try {
      return (await this.holders.find(keyId)) === undefined;
    } catch (error) {
      this.logger.debug(`key ${keyId} was not looked up for its streams: ${String(error)}`);
      return false;
    }
  }

  private end(keyId: string): void {
    for (const [stream, id] of this.keyIds) if (id === keyId) void stream.leave();
  }
}
