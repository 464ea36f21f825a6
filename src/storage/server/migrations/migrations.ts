import { CreateServerTables1795700000000 } from './1795700000000-create-server-tables.js';
import { CreateSharedSecrets1795700210000 } from './1795700210000-create-shared-secrets.js';
import { CreateFleetMembers1795700400000 } from './1795700400000-create-fleet-members.js';
import { AddFleetLeases1795712019000 } from './1795712019000-add-fleet-leases.js';
import { AddPools1795725000000 } from './1795725000000-add-pools.js';

/** Every step of the schema of a server, oldest first. A released one is never changed. */
export const SERVER_MIGRATIONS = [
  CreateServerTables1795700000000,
  CreateSharedSecrets1795700210000,
  CreateFleetMembers1795700400000,
  AddFleetLeases1795712019000,
  AddPools1795725000000,
];
