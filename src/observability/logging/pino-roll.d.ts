/** The part of pino-roll that is used here; the package has no types of its own. */
declare module 'pino-roll' {
  import type { destination } from 'pino';

  interface RollOptions {
    readonly file: string;
    readonly extension?: string;
    /** Such as `100m`. */
    readonly size: string;
    readonly limit: { readonly count: number; readonly removeOtherLogFiles: boolean };
    readonly mkdir?: boolean;
    readonly sync?: boolean;
  }

  export default function pinoRoll(options: RollOptions): Promise<ReturnType<typeof destination>>;
}
