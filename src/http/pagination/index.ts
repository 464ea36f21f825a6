export { type Page, decodeCursor, encodeCursor, toPage } from './page.js';
export { cursorQuery, limitQuery } from './page-query.js';
