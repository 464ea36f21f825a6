export { type Page, encodeCursor, toPage } from './page.js';
export { cursorQuery, limitQuery } from './page-query.js';
