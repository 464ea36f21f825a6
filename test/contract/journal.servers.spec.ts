import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { describeJournal } from './journal.contract.js';
import { ServerStorage } from './server-storage.js';

describe.each(DATABASE_SERVERS)('the journal', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    let storage: ServerStorage;
    beforeAll(async () => {
      storage = await ServerStorage.create(create);
    });
    afterAll(() => storage.drop());

    describeJournal(server, () => storage.openEmpty());
  });
});
