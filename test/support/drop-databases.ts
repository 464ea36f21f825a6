import { dropDatabases } from './test-database.js';
import { dropQueues } from './test-engine.js';

afterAll(dropQueues);
afterAll(dropDatabases);
