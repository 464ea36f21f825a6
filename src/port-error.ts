/** PORT cannot be listened on. */
export class PortError extends Error {
  override readonly name = 'PortError';
  constructor(port: number, host: string, { cause }: { readonly cause: unknown }) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`PORT: cannot listen on port ${port} of ${host} (${reason}): give it a port that is free`, { cause });
  }
}
