import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ENVIRONMENTS, type Environment } from './app.config.js';
import type { ConfigFault } from './config.errors.js';
import { quoteForFault } from './masking.js';
import { readMountedFile, readTextFile } from './mounted-file.js';
import { findKey } from './schema/schema.js';
import {
  type EnvironmentRecord,
  type Variable,
  type Variables,
  mountVariable,
  mountedKey,
  variablesOf,
} from './variables.js';

/** Where configuration is read from. */
export interface ConfigSource {
  /** Usually `process.env`; wins over both files. */
  readonly env: EnvironmentRecord;
  /** The folder whose `.env` is read. */
  readonly cwd: string;
  /** The folder whose `config/<ENVIRONMENT>.env` is read. */
  readonly packageRoot: string;
}

/** What the sources say, and what of it cannot be read. */
export interface ReadVariables {
  readonly variables: Variables;
  readonly faults: readonly ConfigFault[];
}

/**
 * Reads all sources. In each a variable with the suffix `_FILE` stands for the one without it, whose value is in the file.
 *
 * @param environment Whose `config/<ENVIRONMENT>.env` is read; what the sources say when left out.
 */
export function readVariables(source: ConfigSource, environment?: Environment): ReadVariables {
  const faults: ConfigFault[] = [];
  const dotEnv = readEnvFile(dotEnvPath(source), '.env', faults);
  const own = [variablesOf(dotEnv, 'dot-env'), variablesOf(source.env, 'environment')];
  faults.push(...own.flatMap(conflicts));
  const chosen = environment ?? environmentOf(own, source.cwd);
  const layers = chosen === undefined ? own : [fileLayer(source, chosen, faults), ...own];
  const variables = merge(layers);
  faults.push(...resolveMounts(variables, source.cwd));
  return { variables, faults };
}

/** The file that comes right after the process environment. */
export function dotEnvPath({ cwd }: ConfigSource): string {
  return join(cwd, '.env');
}

/** The file with what an environment says differently from the defaults. */
export function environmentFilePath({ packageRoot }: ConfigSource, environment: Environment): string {
  return join(packageRoot, 'config', `${environment}.env`);
}

function fileLayer(source: ConfigSource, environment: Environment, faults: ConfigFault[]): Map<string, Variable> {
  const path = environmentFilePath(source, environment);
  const layer = variablesOf(readEnvFile(path, `config/${environment}.env`, faults), 'config-file');
  // ENVIRONMENT chose the file, so the file has no say in it.
  layer.delete('ENVIRONMENT');
  return layer;
}

/** What decides which file is read; undefined if no environment is called so. */
function environmentOf(layers: readonly ReadonlyMap<string, Variable>[], cwd: string): Environment | undefined {
  const variables = merge(layers);
  resolveMounts(variables, cwd);
  const name = variables.get('ENVIRONMENT')?.text.trim() ?? 'development';
  return ENVIRONMENTS.find((environment) => environment === name);
}

/** For each key what the last layer says that says something, be it the value or the name of its file. */
function merge(layers: readonly ReadonlyMap<string, Variable>[]): Map<string, Variable> {
  const merged = new Map<string, Variable>();
  for (const layer of layers) {
    for (const [name, variable] of layer) {
      const key = mountedKey(name);
      // A fault of its own.
      if (key !== undefined && layer.has(key)) continue;
      merged.set(key ?? name, key === undefined ? variable : { ...variable, isMounted: true });
    }
  }
  return merged;
}

/** Puts the contents of files in the place of their names; what cannot be read is taken out. */
function resolveMounts(variables: Map<string, Variable>, cwd: string): ConfigFault[] {
  const faults: ConfigFault[] = [];
  for (const [key, variable] of variables) {
    if (!variable.isMounted) continue;
    const path = variable.text.trim();
    const file = readMountedFile(resolve(cwd, path));
    if (file.ok) {
      variables.set(key, { ...variable, text: file.text });
    } else {
      variables.delete(key);
      // Whoever mistakes the variable for that of the value has put the secret itself into it.
      const got = quoteForFault(path, findKey(key)?.secret === true);
      faults.push({ key: mountVariable(key), got, takes: file.takes, readsKeys: [key] });
    }
  }
  return faults;
}

function conflicts(layer: ReadonlyMap<string, Variable>): ConfigFault[] {
  return [...layer.keys()].flatMap((name) => {
    const key = mountedKey(name);
    if (key === undefined || !layer.has(key)) return [];
    return [{ key: name, got: `a file while ${key} is set too`, takes: 'either of them alone', readsKeys: [key] }];
  });
}

/** A file that is not there says nothing; one that cannot be read is a fault, as it may say anything. */
function readEnvFile(path: string, name: string, faults: ConfigFault[]): EnvironmentRecord {
  const file = readTextFile(path);
  if (file.ok) return parseEnv(file.text);
  if (!file.isMissing) faults.push({ key: name, got: 'what cannot be read', takes: file.takes });
  return {};
}
