import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of the package that runs. */
export class ServiceVersion {
  constructor(readonly value: string) {}

  /** Reads it from the package.json in `packageRoot`. */
  static of(packageRoot: string): ServiceVersion {
    const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    return new ServiceVersion(manifest.version);
  }
}
