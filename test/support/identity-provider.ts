import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, type JWK, SignJWT, exportJWK, generateKeyPair } from 'jose';

const HOUR = 3_600;

interface SigningKey {
  readonly kid: string;
  readonly alg: 'RS256' | 'ES256';
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** An identity provider on this machine: publishes its keys, signs tokens, and can be made to fail. */
export class IdentityProvider {
  private published: readonly SigningKey[] = [];
  private isDown = false;
  /** How often its keys were asked for. */
  asked = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<IdentityProvider> {
    const server = createServer((_request, response) => {
      provider.asked += 1;
      if (provider.isDown) {
        response.writeHead(500).end();
        return;
      }
      const keys = provider.published.map(({ jwk }) => jwk);
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys }));
    });
    const provider = new IdentityProvider(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  async makeKey(alg: SigningKey['alg'], kid: string): Promise<SigningKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
  }

  publish(...keys: readonly SigningKey[]): void {
    this.published = keys;
  }

  fail(isDown: boolean): void {
    this.isDown = isDown;
  }

  sign({ alg, kid, privateKey }: SigningKey, claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: this.url, aud: 'wand', sub: 'alice', scope: 'runs:read openid', exp: now + HOUR, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(privateKey);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
