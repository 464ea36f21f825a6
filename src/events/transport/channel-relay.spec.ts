import { Subject } from 'rxjs';
import { namespace, runId } from '../../executor/core/index.js';
import type { Hint } from '../relay.js';
import { ChannelRelay } from './channel-relay.js';
import { type Hearing, MessageChannel } from './message-channel.js';

const about = (run: number, lastSeq = 1): Hint => ({
  kind: 'entries',
  runId: runId(`r_${run}`),
  namespace: namespace('here'),
  firstSeq: 1,
  lastSeq,
  isRunLevel: true,
});

/** A server in memory; each of its clients can be cut off. */
class Server {
  readonly clients = new Set<Client>();
  messages = 0;

  deliver(message: string): void {
    this.messages += 1;
    for (const client of this.clients) client.get(message);
  }
}

class Client extends MessageChannel {
  override readonly maxBytes = 200;
  private readonly received = new Subject<string>();
  private readonly changes = new Subject<Hearing>();
  override readonly messages$ = this.received.asObservable();
  override readonly hearing$ = this.changes.asObservable();
  isCutOff = false;
  /** It takes messages and gives none, and nothing says so. */
  isDeaf = false;
  reconnects = 0;

  constructor(private readonly server: Server) {
    super();
    server.clients.add(this);
  }

  override open(): void {
    this.changes.next('heard');
  }

  override async send(message: string): Promise<void> {
    await Promise.resolve();
    if (this.isCutOff) throw new Error('cut off');
    this.server.deliver(message);
  }

  override reconnect(): void {
    this.reconnects += 1;
    this.isDeaf = false;
    this.changes.next('lost');
    this.changes.next('heard');
  }

  override close(): Promise<void> {
    this.server.clients.delete(this);
    return Promise.resolve();
  }

  get(message: string): void {
    if (!this.isCutOff && !this.isDeaf) this.received.next(message);
  }

  say(hearing: Hearing): void {
    this.isCutOff = hearing === 'lost';
    this.changes.next(hearing);
  }
}

describe('ChannelRelay', () => {
  let server: Server;
  const relays: ChannelRelay[] = [];

  beforeEach(() => {
    jest.useFakeTimers();
    server = new Server();
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    jest.useRealTimers();
  });

  const join = () => {
    const channel = new Client(server);
    const relay = new ChannelRelay(channel, () => Date.now());
    relays.push(relay);
    const heard: Hint[] = [];
    const gaps = { count: 0 };
    relay.hints$.subscribe((hint) => heard.push(hint));
    relay.gaps$.subscribe(() => (gaps.count += 1));
    relay.start();
    return { relay, channel, heard, gaps };
  };
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('tells the others, not itself', async () => {
    const [a, b, c] = [join(), join(), join()];
    a.relay.publish(about(1));
    await pass(10);
    expect([a.heard, b.heard, c.heard]).toEqual([[], [about(1)], [about(1)]]);
  });

  it('puts what is told in one moment into as few messages as hold it', async () => {
    const [a, b] = [join(), join()];
    for (let seq = 1; seq <= 100; seq++) for (const run of [1, 2, 3]) a.relay.publish(about(run, seq));
    await pass(10);
    expect(b.heard).toEqual([about(1, 100), about(2, 100), about(3, 100)]);
    expect(server.messages).toBe(1);
    for (let run = 1; run <= 100; run++) a.relay.publish(about(run));
    await pass(10);
    expect(b.heard.length).toBe(103);
    expect(server.messages).toBeGreaterThan(20);
  });

  it('tells a gap within a second when a message was lost, also the last one', async () => {
    const [a, b] = [join(), join()];
    a.relay.publish(about(1));
    await pass(1_500);
    b.gaps.count = 0;
    b.channel.isDeaf = true;
    a.relay.publish(about(2));
    await pass(10);
    b.channel.isDeaf = false;
    expect(b.gaps.count).toBe(0);
    await pass(1_100);
    expect(b.gaps.count).toBe(1);
    await pass(5_000);
    expect(b.gaps.count).toBe(1);
  });

  it('tells the others of a gap when its own message was not taken', async () => {
    const [a, b] = [join(), join()];
    a.relay.publish(about(1));
    await pass(1_500);
    b.gaps.count = 0;
    a.channel.isCutOff = true;
    a.relay.publish(about(2));
    await pass(10);
    a.channel.isCutOff = false;
    await pass(1_100);
    expect(a.relay.stats).toMatchObject({ sent: 1, dropped: 1 });
    expect(b.gaps.count).toBe(1);
  });

  it('tells a gap each second while it hears nothing, and one when it hears again', async () => {
    const a = join();
    await pass(1_500);
    a.gaps.count = 0;
    a.channel.say('lost');
    await pass(3_000);
    expect(a.gaps.count).toBe(4);
    a.channel.say('heard');
    expect(a.gaps.count).toBe(5);
    await pass(5_000);
    expect(a.gaps.count).toBe(5);
  });

  it('keeps a bounded number of hints while the server is away, and the others notice what was dropped', async () => {
    const [a, b] = [join(), join()];
    a.relay.publish(about(0));
    await pass(1_500);
    a.channel.say('lost');
    for (let run = 1; run <= 10_010; run++) a.relay.publish(about(run));
    await pass(10);
    expect(a.relay.stats.dropped).toBe(10);
    b.gaps.count = 0;
    a.channel.say('heard');
    await pass(1_100);
    expect(b.heard.length).toBe(10_001);
    expect(b.gaps.count).toBe(1);
  });

  it('makes a new connection when not even its own beacons come back', async () => {
    const a = join();
    await pass(1_500);
    a.channel.isDeaf = true;
    await pass(20_000);
    expect(a.channel.reconnects).toBe(1);
  });

  it('tells a gap when another process falls silent, and none when it leaves in order', async () => {
    const [a, b, c] = [join(), join(), join()];
    for (const { relay } of [a, b]) relay.publish(about(1));
    await pass(1_500);
    c.gaps.count = 0;
    await b.relay.stop();
    await pass(10_000);
    expect(c.gaps.count).toBe(0);
    a.channel.isCutOff = true;
    await pass(5_000);
    expect(c.gaps.count).toBe(1);
  });

  it('says little when there is nothing to say', async () => {
    const a = join();
    a.relay.publish(about(1));
    await pass(60_000);
    server.messages = 0;
    await pass(60_000);
    expect(server.messages).toBe(6);
  });
});
