/** Terminal event of a run → the status that it gives. */
export const STATUS_OF_END: Readonly<Record<string, string>> = {
  'run.succeeded': 'SUCCESS',
  'run.failed': 'FAILED',
  'run.cancelled': 'CANCELLED',
};

export const isTerminal = (status: string): boolean => Object.values(STATUS_OF_END).includes(status);
