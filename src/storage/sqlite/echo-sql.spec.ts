import { maskTexts } from './echo-sql.js';

describe('the echo of SQL', () => {
  it('shows statements and numbers, but neither texts nor files', () => {
    const sql = `INSERT INTO "runs" ("input", "body", "seq")\n  VALUES ('{"token":"it''s secret"}', x'00ff', 7)`;
    expect(maskTexts(sql)).toBe(`INSERT INTO "runs" ("input", "body", "seq") VALUES ('…', '…', 7)`);
  });

  it('cuts statements that nobody would read', () => {
    expect(maskTexts(`SELECT ${'a, '.repeat(5_000)}b`)).toHaveLength(2_001);
  });
});
