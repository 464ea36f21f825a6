/** Errors whose name says nothing that the message does not. */
const PLAIN = ['Error', 'TypeError', 'PluginRegistrationError'];

/** What is wrong, in one line: what was thrown, and where if it was thrown in the file at `path`. */
export function reasonOf(error: unknown, path: string): string {
  if (!(error instanceof Error)) return `it threw ${typeof error}, not an Error`;
  const { name, message, stack = '' } = error;
  const what = oneLine(PLAIN.includes(name) ? message : `${name}: ${message}`);
  const line = lineIn(stack, path);
  if (line !== undefined) return `${what} (line ${line})`;
  // Node keeps to itself where in a module that is.
  return error instanceof SyntaxError ? `${what} ("node --check ${path}" shows where)` : what;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

/** Of the first place in `path` that a stack names. */
function lineIn(stack: string, path: string): string | undefined {
  const at = stack.split(path)[1];
  return at === undefined ? undefined : /^(?:\?v=\d+)?:(\d+)/.exec(at)?.[1];
}
