/** What the process tells its caller. */
export const EXIT = {
  /** The run ended in SUCCESS, or there was nothing to find fault with. */
  OK: 0,
  /** The run did not end in SUCCESS, something is invalid, or the command could not be carried out. */
  FAILED: 1,
  /** Ended by Ctrl-C (128 + SIGINT). */
  INTERRUPTED: 130,
  /** Ended by SIGTERM (128 + SIGTERM). */
  TERMINATED: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
