import type { IncomingMessage, Server } from 'node:http';
import { HOST } from './host.js';

const ABSOLUTE = new RegExp(String.raw`^https?://(?:[^@/?#\s]*@)?${HOST}(?<rest>[/?]\S*)?$`, 'i');

/** Requests whose target is neither a path nor the URL of one. */
const unsound = new WeakSet<IncomingMessage>();

/**
 * Makes the target of every request a path before anything looks at it: a server must take whole URLs too (RFC 9112, section
 * 3.2.2), and nothing behind here should. `OPTIONS *` stays as it is.
 */
export function useOriginForm(server: Server): void {
  server.prependListener('request', (request: IncomingMessage) => {
    const { url = '' } = request;
    if (url.startsWith('/') || (url === '*' && request.method === 'OPTIONS')) return;
    const absolute = ABSOLUTE.exec(url);
    if (absolute === null) unsound.add(request);
    const rest = absolute?.groups?.['rest'] ?? '';
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
  });
}

/** Whether the target was a path, or a URL that holds one. */
export function hasSoundTarget(request: IncomingMessage): boolean {
  return !unsound.has(request);
}
