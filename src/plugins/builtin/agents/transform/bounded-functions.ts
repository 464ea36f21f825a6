import type { Expression } from 'jsonata';
import { NonRetryableError } from '../../../sdk/index.js';

const MAX_PAD = 10_000;

/**
 * Replaces those functions of JSONata that could take minutes or gigabytes within one step, where no time limit can stop
 * them. They behave as documented by JSONata.
 */
export function boundFunctions(expression: Expression): void {
  expression.registerFunction('sort', sort, '<af?:a>');
  expression.registerFunction('distinct', distinct, '<x:x>');
  expression.registerFunction('pad', pad, '<s-ns?:s>');
}

type Comparator = (a: unknown, b: unknown) => Promise<unknown>;

/** JSONata's own copies what is left of the array for each element it places. */
async function sort(list: readonly unknown[] | undefined, isAfter?: Comparator): Promise<unknown> {
  if (list === undefined || list.length <= 1) return list;
  if (isAfter !== undefined) return mergeSort(list, isAfter);
  const [first] = list;
  const isUniform = list.every((item) => typeof item === typeof first);
  if (!isUniform || (typeof first !== 'number' && typeof first !== 'string')) {
    throw new NonRetryableError('$sort without a function sorts numbers or strings, and only one of the two at a time');
  }
  return (list as readonly (number | string)[]).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

async function mergeSort(list: readonly unknown[], isAfter: Comparator): Promise<readonly unknown[]> {
  if (list.length <= 1) return list;
  const middle = list.length >> 1;
  const left = await mergeSort(list.slice(0, middle), isAfter);
  const right = await mergeSort(list.slice(middle), isAfter);
  const merged: unknown[] = [];
  let next = 0;
  for (const item of left) {
    while (next < right.length && (await isAfter(item, right[next]))) merged.push(right[next++]);
    merged.push(item);
  }
  return [...merged, ...right.slice(next)];
}

/** JSONata's own compares each item with each. */
function distinct(list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  const byKey = new Map<unknown, unknown>();
  for (const item of list as unknown[]) {
    const key = identityOf(item);
    if (!byKey.has(key)) byKey.set(key, item);
  }
  return [...byKey.values()];
}

/** Equal for deeply equal values. */
function identityOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? `object ${canonical(value)}` : value;
}

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? typeof value;
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`).join()}}`;
}

function pad(text: string | undefined, width: number, filler = ' '): string | undefined {
  if (text === undefined) return undefined;
  if (Math.abs(width) > MAX_PAD) throw new NonRetryableError(`$pad to more than ${MAX_PAD} characters`);
  // By code points, as JSONata counts.
  const missing = Math.abs(Math.trunc(width)) - [...text].length;
  if (missing <= 0) return text;
  const characters = filler === '' ? [' '] : [...filler];
  const padding = Array.from({ length: missing }, (_, index) => characters[index % characters.length]).join('');
  return width > 0 ? text + padding : padding + text;
}
