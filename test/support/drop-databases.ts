import { dropDatabases } from './test-database.js';

afterAll(dropDatabases);
