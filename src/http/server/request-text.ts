import type { ProblemDetail } from '../problem/index.js';

const NO_ESCAPE = /%(?![0-9a-f]{2})/gi;
const LONGEST_SHOWN_NAME = 100;
const ACCEPTED = 'accepted is percent-encoded UTF-8 without U+0000';

/**
 * What of a path with its query no text can be made of that every database stores: `%00`, or bytes that are no UTF-8, such as
 * those of half a surrogate pair. A `%` that begins no escape is left to whoever decodes that part.
 */
export function textFaultOf(target: string): ProblemDetail | undefined {
  if (!target.includes('%') || isText(target)) return undefined;
  const [path = '', query = ''] = split(target, '?');
  if (!isText(path)) return faultOf(path, 'the path');
  const pair = query.split('&').find((candidate) => !isText(candidate)) ?? '';
  const [name = '', value] = split(pair, '=');
  // What is no text in a name cannot be shown as it is.
  const parameter = isText(name) ? decoded(name).slice(0, LONGEST_SHOWN_NAME) : undefined;
  if (parameter === undefined || value === undefined) return faultOf(pair, 'the query');
  return { parameter, ...faultOf(value, `the parameter ${JSON.stringify(parameter)} of the query`) };
}

function faultOf(part: string, where: string): ProblemDetail {
  return part.includes('%00')
    ? { code: 'nul-character', message: `${where} holds the character U+0000; ${ACCEPTED}` }
    : { code: 'utf-8', message: `${where} holds bytes that are no UTF-8; ${ACCEPTED}` };
}

function isText(part: string): boolean {
  if (part.includes('%00')) return false;
  try {
    decoded(part);
    return true;
  } catch {
    return false;
  }
}

/** @throws {URIError} if what is escaped is no UTF-8. */
function decoded(part: string): string {
  return decodeURIComponent(part.replace(NO_ESCAPE, '%25'));
}

/** What stands before the first `mark`, and after it. */
function split(text: string, mark: string): readonly [string, string?] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
