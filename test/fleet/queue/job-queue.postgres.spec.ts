import { createPostgresDatabase } from '../../support/server-databases.js';
import { describeWith, POSTGRES_URL } from '../../support/services.js';
import { describeJobQueue } from './job-queue.contract.js';

describeWith('PostgreSQL', POSTGRES_URL, 'The queue of runs in PostgreSQL', () => {
  describeJobQueue(async (prefix) => {
    const database = await createPostgresDatabase();
    return { location: { backend: 'postgres', url: database.url, prefix }, drop: () => database.drop() };
  });
});
