import { join } from 'node:path';

/**
 * For the environment of every program that a test starts: what one of them has compiled the others need not compile again,
 * which is a sixth of a start.
 */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(process.cwd(), 'node_modules', '.cache', 'wand-compile') };
