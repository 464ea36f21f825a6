/** How two values relate: equal, unequal, or both containers of one kind, so that their contents decide. */
export type PairVerdict = boolean | 'descend';

export interface Comparison {
  /** May answer `descend` only for two arrays or two objects. */
  compare(left: unknown, right: unknown): PairVerdict;
  /** Told how many children are about to be compared. */
  onDescend(children: number): void;
}

type Pair = readonly [left: object, right: object];
type Keyed = Readonly<Record<string | number, unknown>>;

const JSON_COMPARISON: Comparison = {
  compare(left, right) {
    if (left === right) return true;
    return areLikeContainers(left, right) ? 'descend' : false;
  },
  onDescend() {},
};

/** True if both are arrays or both are objects. */
export function areLikeContainers(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  return Array.isArray(left) === Array.isArray(right);
}

/** Deep equality of JSON values: own keys only, in any order. Not recursive, so depth is no limit. */
export function deepEqual(left: unknown, right: unknown, comparison: Comparison = JSON_COMPARISON): boolean {
  const verdict = comparison.compare(left, right);
  if (verdict !== 'descend') return verdict;
  const pending: Pair[] = [[left as object, right as object]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    const isSame = Array.isArray(a) ? sameElements(a, b as unknown[]) : sameEntries(a as Keyed, b as Keyed);
    if (!isSame) return false;
  }
  return true;

  function sameElements(a: readonly unknown[], b: readonly unknown[]): boolean {
    if (a.length !== b.length) return false;
    comparison.onDescend(a.length);
    return a.every((element, index) => sameChild(element, b[index]));
  }

  function sameEntries(a: Keyed, b: Keyed): boolean {
    const keys = Object.keys(a);
    comparison.onDescend(keys.length);
    if (keys.length !== Object.keys(b).length) return false;
    return keys.every((key) => Object.hasOwn(b, key) && sameChild(a[key], b[key]));
  }

  function sameChild(a: unknown, b: unknown): boolean {
    const child = comparison.compare(a, b);
    if (child === 'descend') pending.push([a as object, b as object]);
    return child !== false;
  }
}
