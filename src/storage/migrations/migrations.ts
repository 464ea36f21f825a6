import { CreateTables1795392000000 } from './1795392000000-create-tables.js';
import { AddRetriesToRuns1795445400000 } from './1795445400000-add-retries-to-runs.js';
import { AddRemovalOfRuns1795449600000 } from './1795449600000-add-removal-of-runs.js';
import { AddApiKeys1795640000000 } from './1795640000000-add-api-keys.js';
import { AddNamespaces1795650000000 } from './1795650000000-add-namespaces.js';

/** Every step of the schema, oldest first. A released one is never changed. */
export const MIGRATIONS = [
  CreateTables1795392000000,
  AddRetriesToRuns1795445400000,
  AddRemovalOfRuns1795449600000,
  AddApiKeys1795640000000,
  AddNamespaces1795650000000,
];
