import { SECTION_PREFIXES, findKey } from './schema/schema.js';

/** Names and values of environment variables. */
export type EnvironmentRecord = Readonly<Record<string, string | undefined>>;

/** Where values are said, each of which gives way to those after it. */
export const LAYERS = ['config-file', 'dot-env', 'environment', 'runtime'] as const;
export type Layer = (typeof LAYERS)[number];

/** The value of one variable, and where it stands. */
export interface Variable {
  readonly text: string;
  readonly layer: Layer;
  /** It was read from the file that the variable with the suffix `_FILE` names. */
  readonly isMounted: boolean;
}

/** What all layers together say, by the variable's name; names that are no keys are among them. */
export type Variables = ReadonlyMap<string, Variable>;

/** The variables of one record, all of one layer; those that are empty count as not set. */
export function variablesOf(env: EnvironmentRecord, layer: Layer = 'environment'): Map<string, Variable> {
  const variables = new Map<string, Variable>();
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value.trim() !== '') variables.set(name, { text: value, layer, isMounted: false });
  }
  return variables;
}

/** Whether the layer of `left` wins over that of `right`; anything wins over what nobody says. */
export function winsOver(left: Variable | undefined, right: Variable | undefined): boolean {
  return rankOf(left) > rankOf(right);
}

const MOUNT_SUFFIX = '_FILE';

/** The key whose value stands in the file that `name` names: `SECURITY__API_KEY` of `SECURITY__API_KEY_FILE`. */
export function mountedKey(name: string): string | undefined {
  if (!name.endsWith(MOUNT_SUFFIX) || findKey(name) !== undefined) return undefined;
  const key = name.slice(0, -MOUNT_SUFFIX.length);
  return findKey(key) === undefined ? undefined : key;
}

/** The variable that names a file with the value of `key`. */
export function mountVariable(key: string): string {
  return key + MOUNT_SUFFIX;
}

/** Variables of a known section that are no keys. */
export function unknownNames(variables: Variables): string[] {
  return [...variables.keys()]
    .filter((name) => SECTION_PREFIXES.some((prefix) => name.toUpperCase().startsWith(prefix)))
    .filter((name) => findKey(name) === undefined && mountedKey(name) === undefined)
    .sort();
}

function rankOf(variable: Variable | undefined): number {
  return variable === undefined ? -1 : LAYERS.indexOf(variable.layer);
}
