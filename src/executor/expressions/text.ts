import { CelEvaluationError } from './cel-values.js';

/** Number of code points: a surrogate pair counts once. */
export function countPoints(text: string): number {
  let count = 0;
  for (let unit = 0; unit < text.length; unit = nextPoint(text, unit)) count += 1;
  return count;
}

function nextPoint(text: string, unit: number): number {
  return unit + ((text.codePointAt(unit) as number) > 0xffff ? 2 : 1);
}

/** Where in the string's code units a position counted in code points lies. */
function unitAt(text: string, position: number): number {
  let unit = 0;
  for (let point = 0; point < position && unit <= text.length; point++) {
    unit = unit === text.length ? unit + 1 : nextPoint(text, unit);
  }
  if (position < 0 || unit > text.length) throw new CelEvaluationError('a position is outside the string');
  return unit;
}

/** Position of the first `part` at or after `from`, or -1. @throws {CelEvaluationError} if `from` is outside. */
export function indexOfPoint(text: string, part: string, from: number): number {
  const unit = text.indexOf(part, unitAt(text, from));
  return unit < 0 ? -1 : countPoints(text.slice(0, unit));
}

/** Position of the last `part`, or -1. */
export function lastIndexOfPoint(text: string, part: string): number {
  const unit = text.lastIndexOf(part);
  return unit < 0 ? -1 : countPoints(text.slice(0, unit));
}

/** The code points from `start` up to `end`. @throws {CelEvaluationError} if a position is outside or they cross. */
export function slicePoints(text: string, start: number, end?: number): string {
  const first = unitAt(text, start);
  const last = end === undefined ? text.length : unitAt(text, end);
  if (last < first) throw new CelEvaluationError('substring ends before it starts');
  return text.slice(first, last);
}

/** Splits at a separator; an empty one splits into code points, so that no surrogate pair is torn. */
export function splitText(text: string, separator: string): string[] {
  return separator === '' ? Array.from(text) : text.split(separator);
}
