import { operationsOf } from './operations.js';

describe('the walk over the operations of a document', () => {
  const parameters = [
    { in: 'path', name: 'run_id' },
    { in: 'query', name: 'lvl' },
  ];
  const document = { paths: { '/runs/{run_id}/x': { post: { operationId: 'doX', parameters, requestBody: {} } } } };
  const tables = { parameters: { 'path:run_id': ['{run_id}'], 'query:lvl': ['a b'] }, bodies: { doX: [{ n: 1 }] } };

  it('makes every request of it that the tables know', () => {
    const request = { method: 'POST', headers: {}, body: '{"n":1}' };
    expect(operationsOf(document, tables)).toEqual([
      {
        id: 'doX',
        templates: [
          { ...request, path: '/runs/{run_id}/x' },
          { ...request, path: '/runs/{run_id}/x?lvl=a%20b' },
        ],
      },
    ]);
  });

  it.each([
    ['a path parameter', { ...tables, parameters: { 'query:lvl': ['a'] } }, 'the path parameter run_id'],
    ['another parameter', { ...tables, parameters: { 'path:run_id': ['{run_id}'] } }, 'the query parameter lvl'],
    ['a body', { ...tables, bodies: {} }, 'the body'],
  ])('fails for %s that the tables do not know', (_what, incomplete, named) => {
    expect(() => operationsOf(document, incomplete)).toThrow(`doX: nobody has said what to send as ${named}`);
  });
});
