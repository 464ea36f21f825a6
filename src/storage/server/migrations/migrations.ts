import { CreateSharedSecrets1795700210000 } from './1795700210000-create-shared-secrets.js';
import { CreateServerTables1795700000000 } from './1795700000000-create-server-tables.js';

/** Every step of the schema of a server, oldest first. A released one is never changed. */
export const SERVER_MIGRATIONS = [CreateServerTables1795700000000, CreateSharedSecrets1795700210000];
