import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/index.js';
import { StreamHub } from '../../src/runs/index.js';
import { Service } from '../../src/service.js';
import { AnswerChecker } from './answer-checker.js';
import { API_KEY } from './built-service.js';
import { databaseUrl } from './test-database.js';
import { engineEnv } from './test-engine.js';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of as JSON. */
  readonly rawBody?: string;
}

/** The API of a real service, as a client sees it. */
export interface Api {
  readonly service: Service;
  readonly url: string;
  /** Where it was started: the folder of its database and of its `.env`. */
  readonly folder: string;
  get(path: string, options?: RequestOptions): Promise<ApiAnswer>;
  post(path: string, body?: unknown, options?: RequestOptions): Promise<ApiAnswer>;
  put(path: string, body?: unknown, options?: RequestOptions): Promise<ApiAnswer>;
  patch(path: string, body?: unknown, options?: RequestOptions): Promise<ApiAnswer>;
  delete(path: string, options?: RequestOptions): Promise<ApiAnswer>;
  /** The answer as it comes, for streams and files. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

export interface ApiOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** File of a database that others use too, see `databaseUrl`; a fresh one when left out. */
  readonly database?: string;
}

/** Starts the service on a fresh database before the tests of the block and stops it after them. */
export function useApi({ env = {}, database }: ApiOptions = {}): Api {
  let folder: string;
  let service: Service;
  let checker: AnswerChecker;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wand-api-'));
    const file = database ?? join(folder, 'wand.db');
    const loaded = loadConfig({
      env: {
        ENVIRONMENT: 'testing',
        HOST: '127.0.0.1',
        PORT: '0',
        DATABASE__URL: await databaseUrl(file),
        ...engineEnv(file),
        SECURITY__API_KEY: API_KEY,
        SHUTDOWN_GRACE_SEC: '0',
        ...env,
      },
      cwd: folder,
      packageRoot: process.cwd(),
    });
    service = await Service.start(loaded, { wait: false, onOwnershipLost: () => undefined });
    const document = (await (await fetch(`${await service.app.getUrl()}/openapi.json`)).json()) as object;
    checker = new AnswerChecker(document);
  });

  afterAll(async () => {
    try {
      await service.stop();
      const { size } = service.app.get(StreamHub);
      if (size > 0) throw new Error(`${size} requests are still open after the stop`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const fetchApi = async (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch((await service.app.getUrl()) + path, { ...init, headers: { 'X-API-Key': API_KEY, ...init.headers } });

  const request = async (
    method: string,
    path: string,
    body: unknown,
    { headers, rawBody }: RequestOptions = {},
  ): Promise<ApiAnswer> => {
    const text = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const type = text === undefined ? {} : { 'Content-Type': 'application/json' };
    const response = await fetchApi(path, { method, body: text, headers: { ...type, ...headers } });
    const received = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed: unknown = isJson && received !== '' ? JSON.parse(received) : received;
    checker.check(method, path, response, parsed);
    return { status: response.status, headers: response.headers, body: parsed };
  };

  return {
    get service() {
      return service;
    },
    get url() {
      const address = service.app.getHttpServer().address() as { readonly port: number };
      return `http://127.0.0.1:${address.port}`;
    },
    get folder() {
      return folder;
    },
    get: (path, options) => request('GET', path, undefined, options),
    post: (path, body, options) => request('POST', path, body, options),
    put: (path, body, options) => request('PUT', path, body, options),
    patch: (path, body, options) => request('PATCH', path, body, options),
    delete: (path, options) => request('DELETE', path, undefined, options),
    fetch: fetchApi,
  };
}
