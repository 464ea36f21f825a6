/** The oldest Node that the service runs on; below it a native dependency would crash the process without a word. */
const OLDEST: readonly [number, number] = [22, 12];

/** The sentence to stop with if `version` (as in `process.versions.node`) is too old; undefined if it is new enough. */
export function nodeVersionFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  if (isNewEnough) return undefined;
  return `Wand needs Node ${OLDEST.join('.')} or newer and this is Node ${version}: install it, or start through npm run.`;
}
