import { readFileSync } from 'node:fs';
import { type Document, operationsOf } from './document.js';
import { Judge } from './judge.js';
import type { FuzzRequest } from './requests.js';
import type { FuzzAnswer } from './send.js';

const document = JSON.parse(readFileSync('sdk/openapi.json', 'utf8')) as Document;
const operations = operationsOf(document);
const judge = new Judge(document);

const ID = { 'x-request-id': 'id' };
const JSON_TYPE = { ...ID, 'content-type': 'application/json; charset=utf-8' };
const PROBLEM = { ...ID, 'content-type': 'application/problem+json' };
const REQUEST: FuzzRequest = { method: 'GET', target: '/', headers: {}, body: undefined, isValid: true };
const RUN = { run_id: `r_${'0'.repeat(26)}`, status: 'PENDING' };

const problem = (code: string, status: number, more: object = {}): string =>
  JSON.stringify({
    type: `/problems/${code}`,
    title: 't',
    status,
    detail: 'd',
    instance: '/',
    request_id: 'id',
    ...more,
  });

function faults(name: string, answer: Partial<FuzzAnswer>, request: Partial<FuzzRequest> = {}): string {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  const whole = { status: 200, headers: JSON_TYPE, text: '', isWhole: true, ...answer };
  return judge.faults(operation, { ...REQUEST, ...request }, whole).join('\n');
}

describe('Judge', () => {
  it('finds nothing wrong with answers as documented', () => {
    const started = { status: 202, headers: { ...JSON_TYPE, location: '/runs/r' }, text: JSON.stringify(RUN) };
    expect(faults('startRun', started)).toBe('');
    expect(faults('getRun', { status: 404, headers: PROBLEM, text: problem('run-not-found', 404) })).toBe('');
    expect(faults('archiveGraph', { status: 204, headers: ID })).toBe('');
  });

  it.each<[string, string, Partial<FuzzAnswer>, RegExp]>([
    ['a status that is not documented', 'getRun', { status: 418 }, /418, which is not documented/],
    [
      'a failure of the service',
      'getRun',
      { status: 500, headers: PROBLEM, text: problem('internal-error', 500) },
      /answered 500/,
    ],
    [
      'a kind of error that is not documented',
      'getRun',
      { status: 404, headers: PROBLEM, text: problem('graph-not-found', 404) },
      /graph-not-found, documented is run-not-found/,
    ],
    [
      'a field that is not documented',
      'startRun',
      { status: 202, headers: { ...JSON_TYPE, location: '/' }, text: JSON.stringify({ ...RUN, more: 1 }) },
      /must NOT have additional properties/,
    ],
    [
      'a field that is missing',
      'startRun',
      { status: 202, headers: { ...JSON_TYPE, location: '/' }, text: '{}' },
      /must have required property 'run_id'/,
    ],
    ['a header that is missing', 'startRun', { status: 202, text: JSON.stringify(RUN) }, /without Location/],
    ['an answer without an id', 'archiveGraph', { status: 204, headers: {} }, /without X-Request-ID/],
    ['a body where none is documented', 'archiveGraph', { status: 204, headers: ID, text: 'x' }, /has a body/],
    ['another media type', 'getRun', { status: 200, headers: { ...ID, 'content-type': 'text/html' } }, /as text\/html/],
    ['a text that is no JSON', 'getRun', { text: '{' }, /is no JSON/],
    [
      'a stack',
      'archiveGraph',
      {
        status: 404,
        headers: PROBLEM,
        text: problem('graph-not-found', 404, { detail: 'x\n    at run (/srv/a.js:1:2)' }).replaceAll('\\n', '\n'),
      },
      /tells what matches/,
    ],
    [
      'a problem that fits nothing it came with',
      'getRun',
      { status: 404, headers: { ...PROBLEM, 'x-request-id': 'other' }, text: problem('run-not-found', 409) },
      /of status 409 came as 404\n.*another request id/,
    ],
    [
      'an event with a gap in what it says',
      'streamRun',
      {
        headers: { ...ID, 'content-type': 'text/event-stream' },
        text: 'id: 1\nevent: run.started\ndata: {"type":"run.queued"}\n\n',
      },
      /breaks its schema[^]*says that it is run.queued[^]*has the id 1/,
    ],
  ])('finds %s', (_, name, answer, expected) => {
    expect(faults(name, answer)).toMatch(expected);
  });

  it('finds a request that the document allows and the service refuses', () => {
    const refused = { status: 400, headers: PROBLEM, text: problem('invalid-parameter', 400) };
    expect(faults('startRun', refused)).toMatch(/as documented was answered 400/);
    expect(faults('startRun', refused, { isValid: false })).toBe('');
    const tooLarge = { status: 431, headers: PROBLEM, text: problem('headers-too-large', 431) };
    expect(faults('getRun', tooLarge)).toMatch(/as documented was answered 431/);
    expect(faults('getRun', tooLarge, { isValid: false })).toBe('');
  });

  it('finds a body that the document allows and the service refuses for its shape, but for what is in params', () => {
    const refusedAt = (pointer: string) => ({
      status: 422,
      headers: PROBLEM,
      text: problem('graph-invalid', 422, { errors: [{ pointer, code: 'too-big', message: 'm' }] }),
    });
    expect(faults('createGraph', refusedAt('/name'))).toMatch(/refused for its shape: \/name too-big/);
    expect(faults('createGraph', refusedAt('/nodes/0/params/url'))).toBe('');
    expect(faults('createGraph', refusedAt('/name'), { isValid: false })).toBe('');
  });
});
