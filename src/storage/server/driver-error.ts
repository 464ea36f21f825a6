/** What an error of a driver or of the system says, whatever made it. */
export interface DriverError {
  readonly code: string | undefined;
  readonly message: string;
}

/** Undefined for what is no error. Of several, one for each address of a host that was tried, the first. */
export function driverErrorOf(error: unknown): DriverError | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0)
    return driverErrorOf(error.errors[0]);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { code, message: String(error.message) };
}
