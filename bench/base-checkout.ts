import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();

/** Another commit of this repository, checked out and built in a folder of its own, to be measured beside the current tree. */
export interface BaseCheckout {
  readonly commit: string;
  readonly root: string;
  remove(): void;
}

/** Checks `revision` out, with the dependencies that its lock file names, and builds it. */
export function checkOutBase(revision: string): BaseCheckout {
  const commit = git('rev-parse', '--short', revision);
  const parent = mkdtempSync(join(tmpdir(), 'wand-base-'));
  const root = join(parent, 'tree');
  const remove = (): void => {
    git('worktree', 'remove', '--force', root);
    rmSync(parent, { recursive: true, force: true });
  };
  git('worktree', 'add', '--detach', '--force', root, commit);
  try {
    build(root, commit);
  } catch (error) {
    remove();
    throw error;
  }
  return { commit, root, remove };
}

function build(root: string, commit: string): void {
  const hasSameDependencies = git('diff', '--name-only', commit, '--', 'package-lock.json') === '';
  if (hasSameDependencies)
    cpSync('node_modules', join(root, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  else execFileSync('npm', ['ci'], { cwd: root, stdio: 'ignore' });
  execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' });
}
