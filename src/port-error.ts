/** What is wrong is the port, not the address. */
const OF_PORT: readonly unknown[] = ['EADDRINUSE', 'EACCES'];

/** HOST and PORT cannot be listened on. */
export class PortError extends Error {
  override readonly name = 'PortError';

  /** @param cause What Node says: see `isListenError`. */
  constructor(port: number, host: string, { cause }: { readonly cause: unknown }) {
    const isOfPort = cause instanceof Error && 'code' in cause && OF_PORT.includes(cause.code);
    const [key, remedy] = isOfPort ? ['PORT', 'a port that is free'] : ['HOST', 'an address of this machine'];
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${key}: cannot listen on port ${port} of ${host} (${reason}): give it ${remedy}`, { cause });
  }
}

/** Whether it was the port that kept a server from listening, and not what is begun with it. */
export function isListenError(error: unknown): boolean {
  return (
    error instanceof Error && 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')
  );
}
