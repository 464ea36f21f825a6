import { constraintErrorOf } from './constraint-error.js';

const errorWith = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe('a rule of the schema that a row breaks', () => {
  it.each([
    ['MariaDB', "Duplicate entry 'a.b-c' for key 'api_keys_sha256'"],
    ['MySQL', "Duplicate entry 'a.b-c' for key 'api_keys.api_keys_sha256'"],
  ])('is called the same by %s as by the others, without the values', (_server, message) => {
    expect(constraintErrorOf(errorWith('ER_DUP_ENTRY', message))?.message).toBe(
      'UNIQUE constraint failed: api_keys_sha256',
    );
  });

  it.each([
    ['ER_BAD_NULL_ERROR', "Column 'name' cannot be null", 'NOT NULL constraint failed: name'],
    ['ER_DATA_TOO_LONG', "Data too long for column 'name' at row 1", 'length constraint failed: name'],
    [
      'ER_NO_REFERENCED_ROW_2',
      'Cannot add or update a child row: a foreign key constraint fails (`x`.`c`, CONSTRAINT `of_a` FOREIGN KEY (`i`) REFERENCES `a` (`i`))',
      'FOREIGN KEY constraint failed: of_a',
    ],
  ])('is read out of the message of %s', (code, message, expected) => {
    expect(constraintErrorOf(errorWith(code, message))?.message).toBe(expected);
  });

  it('is nothing that is wrong with a statement', () => {
    expect(constraintErrorOf(errorWith('ER_PARSE_ERROR', 'You have an error'))).toBeUndefined();
  });
});
