import type { HttpMethod, HttpRequest } from './http-messages.js';
import { ACCEPTED_ENCODINGS } from './decode-body.js';
import { RedirectError } from './http.errors.js';

/** One request on the wire; a redirect makes the next. Header names are in lower case. */
export interface Hop {
  readonly url: URL;
  readonly method: HttpMethod;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | null;
}

const REDIRECTS = [301, 302, 303, 307, 308];
const BODY_HEADERS = ['content-encoding', 'content-language', 'content-location', 'content-type', 'idempotency-key'];
/**
 * All that another origin is told: browsers send it across origins without asking first. Everything else may be a key that
 * was meant for the first one alone, whatever its name.
 */
const KEPT_ACROSS_ORIGINS = [
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-language',
  'content-type',
  'idempotency-key',
  'range',
  'user-agent',
];

/** The first hop of a request. Headers that the caller set are never replaced. */
export function firstHop(request: HttpRequest, idempotencyKey: string): Hop {
  const { method } = request;
  const body = request.json === undefined ? (request.body ?? null) : JSON.stringify(request.json);
  const headers = new Map([
    ['accept', '*/*'],
    ['accept-encoding', ACCEPTED_ENCODINGS],
    ['user-agent', 'wand-orchestrator'],
  ]);
  if (body !== null)
    headers.set('content-type', request.json === undefined ? 'text/plain;charset=UTF-8' : 'application/json');
  if (method !== 'GET' && method !== 'HEAD') headers.set('idempotency-key', idempotencyKey);
  for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name.toLowerCase(), value);
  const url = new URL(request.url);
  url.hash = '';
  return { url, method, headers, body };
}

/** A redirect: the next hop, and the headers that it does not take along because it leads to another origin. */
export interface Redirect {
  readonly hop: Hop;
  readonly withheld: readonly string[];
}

/**
 * Where an answer redirects to; undefined when it is no redirect. As in browsers, 303 becomes GET, 301 and 302 do so for
 * POST, 307 and 308 repeat the request. Another origin hears nothing that could be a key.
 *
 * @throws {RedirectError} if the location is not a URL, or a body that went out encrypted would follow in the clear.
 */
export function redirectOf(hop: Hop, status: number, location: string | undefined): Redirect | undefined {
  if (!REDIRECTS.includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, hop.url.href)) throw new RedirectError(`${hop.url.host} redirects to what is not a URL`);
  const url = new URL(location, hop.url);
  url.hash = '';
  const becomesGet = (status === 303 && hop.method !== 'HEAD') || (status < 303 && hop.method === 'POST');
  const body = becomesGet ? null : hop.body;
  if (body !== null && hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new RedirectError(`${hop.url.host} redirects from https to http, which would send the body in the clear`);
  }
  const isKept = (name: string): boolean => url.origin === hop.url.origin || KEPT_ACROSS_ORIGINS.includes(name);
  const fitting = [...hop.headers].filter(([name]) => !becomesGet || !BODY_HEADERS.includes(name));
  const headers = new Map(fitting.filter(([name]) => isKept(name)));
  const withheld = fitting.map(([name]) => name).filter((name) => !isKept(name));
  return { hop: { url, method: becomesGet ? 'GET' : hop.method, headers, body }, withheld };
}
