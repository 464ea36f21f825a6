import { describeNamespaces } from './namespaces.contract.js';
import { openStorage } from './open-storage.js';

describeNamespaces('SQLite', () => openStorage('sqlite::memory:'));
