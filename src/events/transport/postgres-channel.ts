import { createHash } from 'node:crypto';
import pg from 'pg';
import { Subject } from 'rxjs';
import { Absence } from './absence.js';
import { type Hearing, MessageChannel } from './message-channel.js';

const TIMEOUT_MS = 2_000;
const MAX_WAIT_MS = 1_000;
/** PostgreSQL takes less than 8,000. */
const MAX_BYTES = 7_900;

/** LISTEN and NOTIFY of PostgreSQL, on a connection of its own: a pool would lose the LISTEN, and a transaction hold it up. */
export class PostgresChannel extends MessageChannel {
  override readonly maxBytes = MAX_BYTES;
  private readonly absence = new Absence('PostgreSQL');
  private readonly messages = new Subject<string>();
  private readonly hearings = new Subject<Hearing>();
  private readonly name: string;
  private client: pg.Client | undefined;
  private isClosed = false;
  private failures = 0;
  private retry: NodeJS.Timeout | undefined;

  override readonly messages$ = this.messages.asObservable();
  override readonly hearing$ = this.hearings.asObservable();

  /** @param prefix What the name of the channel is made of. */
  constructor(
    private readonly url: string,
    prefix: string,
  ) {
    super();
    // Names of PostgreSQL have at most 63 bytes, and no letter of this one needs a quote.
    this.name = `wand_relay_${createHash('sha256').update(prefix).digest('hex').slice(0, 32)}`;
  }

  override open(): void {
    void this.connect();
  }

  override async send(message: string): Promise<void> {
    if (this.client === undefined) throw new Error('PostgreSQL is away');
    await this.client.query({ name: 'notify', text: 'SELECT pg_notify($1, $2)', values: [this.name, message] });
  }

  override reconnect(): void {
    if (this.client !== undefined) this.lose(this.client, new Error('it does not answer'));
  }

  override async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
    this.messages.complete();
    this.hearings.complete();
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'wand-relay',
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      keepAlive: true,
      // A hint that a crash of the server loses is told again by nobody and needed by nobody: it need not wait for the disk.
      options: '-c synchronous_commit=off',
    });
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client, new Error('the connection has ended')));
    client.on('notification', ({ payload }) => this.messages.next(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${this.name}`);
    } catch (error) {
      this.tryAgain(client, error);
      return;
    }
    if (this.isClosed) {
      await client.end();
      return;
    }
    this.client = client;
    this.failures = 0;
    this.absence.ended();
    this.hearings.next('heard');
  }

  private lose(client: pg.Client, error: Error): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.hearings.next('lost');
    this.tryAgain(client, error);
  }

  private tryAgain(client: pg.Client, error: unknown): void {
    // It may be half open: nobody waits for its end.
    client.end().catch(() => undefined);
    if (this.isClosed) return;
    this.absence.began(error);
    this.failures += 1;
    const waitMs = Math.min(MAX_WAIT_MS, 25 * 2 ** Math.min(this.failures, 10));
    this.retry = setTimeout(() => void this.connect(), waitMs).unref();
  }
}
