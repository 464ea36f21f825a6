/** Deep enough for every graph and input; it keeps what is read from overflowing the stack. The real limit is the service's. */
export const DEEPEST_JSON = 1_000;
