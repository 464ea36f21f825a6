import { decodeCursor, encodeCursor, toPage } from './page.js';

const ID = /^r_[a-z0-9]{3}$/;
const rowsOf = (...ids: string[]) => ids.map((id) => ({ id }));

describe('toPage', () => {
  it('ends the list when there is no row too many', () => {
    const rows = rowsOf('r_003', 'r_002');
    expect(toPage(rows, 2, (row) => row.id)).toEqual({ items: rows, next_cursor: null });
    expect(toPage([], 2, () => '')).toEqual({ items: [], next_cursor: null });
  });

  it('points behind its last item when more follows', () => {
    const page = toPage(rowsOf('r_003', 'r_002', 'r_001'), 2, (row) => row.id);
    expect(page.items).toEqual(rowsOf('r_003', 'r_002'));
    expect(decodeCursor(page.next_cursor ?? '', ID)).toBe('r_002');
  });
});

describe('decodeCursor', () => {
  it.each(['', 'r_002', '!!!!', `${encodeCursor('r_002')}=`, encodeCursor('g_002'), `${encodeCursor('r_002')}A`])(
    'does not know %p',
    (cursor) => {
      expect(decodeCursor(cursor, ID)).toBeUndefined();
    },
  );
});
