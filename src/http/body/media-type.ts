import { ProblemError } from '../problem/index.js';

const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.+-]+\+json)$/;
const ACCEPTED = 'application/json (or a type that ends in +json) in UTF-8';

/**
 * Checks that a body is declared as JSON in UTF-8.
 *
 * @throws {ProblemError} `unsupported-media-type`
 */
export function assertJsonMediaType(contentType: string | undefined): void {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (type === '') throw unsupported('the body has no Content-Type');
  if (!JSON_TYPE.test(type)) throw unsupported('the Content-Type of the body is not JSON');
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset='));
  if (!charsets.every((charset) => /^charset=("?)utf-8\1$/.test(charset)))
    throw unsupported('the charset is not UTF-8');
}

function unsupported(what: string): ProblemError {
  return new ProblemError('unsupported-media-type', `${what}; accepted is ${ACCEPTED}`);
}
