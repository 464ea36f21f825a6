import { SharedSecretRepository } from '../repositories/shared-secret.repository.js';
import type { ServerDatabase } from './server-database.js';

export class ServerSharedSecretRepository extends SharedSecretRepository {
  constructor(private readonly database: ServerDatabase) {
    super();
  }

  override async agree(name: string, proposed: string): Promise<string> {
    const found = await this.find(name);
    if (found !== undefined) return found;
    const insertion = this.database.dialect.unlessExists(
      'INSERT INTO "shared_secrets" ("name", "secret") VALUES (?, ?)',
    );
    await this.database.transaction((tx) => tx.change(insertion, [name, proposed]));
    // Another process may have been first.
    return (await this.find(name)) ?? proposed;
  }

  private async find(name: string): Promise<string | undefined> {
    const rows = await this.database.read<{ readonly secret: string }>(
      'SELECT "secret" AS "secret" FROM "shared_secrets" WHERE "name" = ?',
      [name],
    );
    return rows[0]?.secret;
  }
}
