import { type KeyObject, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { AppConfig, type SecurityConfig } from '../../config/index.js';
import type { Namespace, RunId } from '../../executor/core/index.js';
import { SharedSecretRepository } from '../../storage/index.js';
import { type Caller, allows, mayBeIn } from '../access/index.js';
import { namespaceOf } from '../jwt/claims.js';
import { loadJose } from '../jwt/load-jose.js';
import { KeyHolders } from '../key-holders.js';

/** How long a token for a stream lives at most. */
export const MAX_STREAM_TOKEN_SEC = 60;

const TYP = 'wand-stream+jwt';
const ALGORITHM = 'HS256';
const KEY_BYTES = 32;
/** A key that is shorter could be guessed from a token, by whoever reads one in the log of a proxy. */
const LONG_KEY_CHARACTERS = 32;

export interface StreamToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Makes and checks the tokens that open the stream of one run, for clients that cannot send headers. */
@Injectable()
export class StreamTokens {
  private key: Promise<KeyObject> | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly holders: KeyHolders,
    @Optional() private readonly shared?: SharedSecretRepository,
  ) {}

  /** @param lifeSec at most 60 @throws {JournalUnavailableError} */
  async issue(caller: Caller, runId: RunId, lifeSec: number): Promise<StreamToken> {
    const expiresAt = Math.floor(Date.now() / 1_000) + Math.min(lifeSec, MAX_STREAM_TOKEN_SEC);
    const { SignJWT } = await loadJose();
    const token = await new SignJWT({ run: runId, namespace: caller.namespace, key: keyIdOf(caller) })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYP })
      .setSubject(caller.id)
      .setExpirationTime(expiresAt)
      .sign(await this.findKey());
    return { token, expiresAt: new Date(expiresAt * 1_000) };
  }

  /**
   * Whoever the token was made for, with no more than the right to read `runId`; undefined if it is not right, or the key of
   * whoever asked for it has ended or may not read the run any more.
   */
  async identify(token: string, runId: RunId): Promise<Caller | undefined> {
    const { jwtVerify, errors } = await loadJose();
    try {
      const options = { algorithms: [ALGORITHM], typ: TYP, requiredClaims: ['exp', 'sub', 'run'] };
      const { payload } = await jwtVerify(token, await this.findKey(), options);
      const home = namespaceOf(payload['namespace']);
      if (payload['run'] !== runId || payload.sub === undefined || home === undefined) return undefined;
      const keyId = typeof payload['key'] === 'string' ? payload['key'] : undefined;
      if (keyId !== undefined && !mayRead(await this.holders.find(keyId), home)) return undefined;
      const credential = { kind: 'stream-token', runId, keyId } as const;
      return { id: payload.sub, namespace: home, scopes: new Set(['runs:read']), credential };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** The same in every process of the service. */
  private findKey(): Promise<KeyObject> {
    this.key ??= this.makeKey().catch((error: unknown) => {
      this.key = undefined;
      throw error;
    });
    return this.key;
  }

  private async makeKey(): Promise<KeyObject> {
    const secret = configuredSecret(this.config.security) ?? (await this.agreedSecret());
    return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'wand: tokens for streams', KEY_BYTES)));
  }

  /** Where no other process can be, nobody needs to know it. */
  private async agreedSecret(): Promise<string> {
    const proposed = randomBytes(KEY_BYTES).toString('base64url');
    return this.shared === undefined ? proposed : this.shared.agree('stream-tokens', proposed);
  }
}

function mayRead(holder: Caller | undefined, home: Namespace): boolean {
  return holder !== undefined && allows(holder.scopes, 'runs:read') && mayBeIn(holder, home);
}

function keyIdOf({ credential }: Caller): string | undefined {
  return credential?.keyId;
}

/** What several processes of a service share, if the configuration has such a thing. */
function configuredSecret({ jwtSecret, apiKey }: SecurityConfig): string | undefined {
  if (jwtSecret !== undefined) return jwtSecret;
  return apiKey !== undefined && apiKey.length >= LONG_KEY_CHARACTERS ? apiKey : undefined;
}
