import { describeNamespaces } from './namespaces.contract.js';
import { openSqlite } from './sqlite-storage.js';

describeNamespaces('SQLite', () => openSqlite('sqlite::memory:'));
