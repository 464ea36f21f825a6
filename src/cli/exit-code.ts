/** What the process tells its caller. */
export const EXIT = {
  /** The run ended in SUCCESS, or there was nothing to find fault with. */
  OK: 0,
  /** The run did not end in SUCCESS, something is invalid, or the command could not be carried out. */
  FAILED: 1,
  /** Of `wand db status`: migrations are pending. */
  MIGRATIONS_PENDING: 2,
  /** Of `wand db status`: this program cannot run on the database, which is newer or an unfinished copy. */
  UNUSABLE: 3,
  /** Ended by Ctrl-C (128 + SIGINT). */
  INTERRUPTED: 130,
  /** Ended by SIGTERM (128 + SIGTERM). */
  TERMINATED: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
