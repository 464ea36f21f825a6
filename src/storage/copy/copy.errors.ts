/** The copy cannot be made or not be gone on with; `message` says which side is at fault and what helps. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
}
