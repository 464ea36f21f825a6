import { DATABASE_SERVERS } from '../support/server-databases.js';
import { describeWith } from '../support/services.js';
import { describeApiKeys } from './api-keys.contract.js';
import { describeNamespaces } from './namespaces.contract.js';
import { describeRemovals } from './removals.contract.js';
import { describeRepositories } from './repositories.contract.js';
import { ServerStorage } from './server-storage.js';

describe.each(DATABASE_SERVERS)('the repositories', ({ server, serverUrl, create }) => {
  describeWith(server, serverUrl, `on ${server}`, () => {
    let storage: ServerStorage;
    const names = new Set<string>();
    beforeAll(async () => {
      storage = await ServerStorage.create(create);
    });
    afterAll(() => storage.drop());

    const openEmpty = () => storage.openEmpty();
    const openNamed = (name: string) => {
      if (names.has(name)) return storage.open();
      names.add(name);
      return storage.openEmpty();
    };

    describeRepositories(server, openEmpty);
    describeNamespaces(server, openEmpty);
    describeApiKeys(server, openEmpty);
    describeRemovals(server, openNamed);
  });
});
