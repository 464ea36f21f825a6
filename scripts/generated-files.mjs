import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** `text` as the repository formats a file at `path`. */
export async function formatted(path, text) {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

/** Files that a generator makes: written, or held against what is there when `check` is set. */
export class GeneratedFiles {
  #stale = [];
  #root;
  #check;
  #command;

  /** @param command what to run when a file is stale */
  constructor({ root, check, command }) {
    this.#root = root;
    this.#check = check;
    this.#command = command;
  }

  put(path, text) {
    const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    if (before === text) return;
    if (this.#check) {
      this.#stale.push(path);
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`wrote ${relative(this.#root, path)}`);
  }

  /** For a file that nothing makes any more. */
  remove(path) {
    if (this.#check) this.#stale.push(path);
    else rmSync(path);
  }

  /** Sets the exit code and names what is stale, if anything is. */
  finish() {
    if (this.#stale.length === 0) return;
    for (const path of this.#stale) console.error(`stale: ${relative(this.#root, path)}`);
    console.error(`run ${this.#command} and commit what it writes`);
    process.exitCode = 1;
  }
}
