import pg from 'pg';

/** 64-bit integers come as numbers: what is stored here stays below 2^53. */
const INT8 = 20;

export const INTEGERS_AS_NUMBERS: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : (pg.types.getTypeParser(oid, format) as (value: string) => unknown),
};
