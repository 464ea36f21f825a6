import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { Subject, type Subscription } from 'rxjs';
import { type Hint, Relay, type RelayStats } from '../relay.js';
import { BEACON_MS, FleetMembers } from './fleet-members.js';
import { type Mood, messageText, parseMessage } from './hint-message.js';
import { HintOutbox } from './hint-outbox.js';
import type { Hearing, MessageChannel } from './message-channel.js';

/** Hints that wait while the server is away. */
const CAPACITY = 10_000;
/** How long a process counts as one that has something to tell. */
const ACTIVE_MS = 30_000;
const TICK_MS = 1_000;
/** A connection on which not even the own beacons come back is dead, whatever the network says. */
const DEAF_MS = 4_000;

/**
 * Hints over a channel. What is told within a moment goes in one message, and while one is on its way the next one fills.
 * Messages are numbered and beacons tell the last number, so that others notice what they have not heard.
 *
 * `lost` until the channel hears, then `heard`, back and forth; while `lost`, a gap is told each second.
 */
export class ChannelRelay extends Relay {
  private readonly logger = new Logger('Relay');
  private readonly from = randomUUID();
  private readonly outbox = new HintOutbox(CAPACITY);
  private readonly members = new FleetMembers();
  private readonly hints = new Subject<Hint>();
  private readonly gaps = new Subject<void>();
  private readonly subscriptions: Subscription[] = [];
  private readonly counts = { sent: 0, received: 0, dropped: 0, gaps: 0 };
  private hearing: Hearing = 'lost';
  private number = 0;
  private sending: Promise<void> | undefined;
  private isFlushDue = false;
  private timer: NodeJS.Timeout | undefined;
  private lastHintAt = -Infinity;
  private lastBeaconAt = -Infinity;
  /** When the own beacon was sent that has not come back yet. */
  private unheardSince: number | undefined;

  override readonly hints$ = this.hints.asObservable();
  override readonly gaps$ = this.gaps.asObservable();

  /** @param now Monotonic milliseconds. */
  constructor(
    private readonly channel: MessageChannel,
    private readonly now: () => number = () => performance.now(),
  ) {
    super();
  }

  override get stats(): RelayStats {
    return this.counts;
  }

  override start(): void {
    this.subscriptions.push(
      this.channel.messages$.subscribe((text) => this.receive(text)),
      this.channel.hearing$.subscribe((hearing) => this.hear(hearing)),
    );
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
    this.channel.open();
  }

  override publish(hint: Hint): void {
    if (!this.outbox.add(hint)) {
      this.counts.dropped += 1;
      // Others will find this number missing, and look.
      this.number += 1;
      return;
    }
    this.lastHintAt = this.now();
    if (this.isFlushDue || this.sending !== undefined) return;
    this.isFlushDue = true;
    setImmediate(() => this.flush());
  }

  override async stop(): Promise<void> {
    clearInterval(this.timer);
    if (this.hearing === 'heard') {
      this.flush();
      await this.sending;
      await this.say('leaving');
    }
    for (const subscription of this.subscriptions.splice(0)) subscription.unsubscribe();
    await this.channel.close();
    this.hints.complete();
    this.gaps.complete();
  }

  private flush(): void {
    this.isFlushDue = false;
    if (this.sending !== undefined || this.outbox.size === 0 || this.hearing === 'lost') return;
    this.sending = this.sendAll().finally(() => {
      this.sending = undefined;
      this.flush();
    });
  }

  /** While the channel takes messages. What it does not take is lost. */
  private async sendAll(): Promise<void> {
    while (this.outbox.size > 0 && this.hearing === 'heard') {
      this.number += 1;
      const head = { from: this.from, number: this.number, mood: 'active' } as const;
      const texts = this.outbox.take(this.channel.maxBytes - messageText(head).length);
      try {
        await this.channel.send(messageText(head, texts));
        this.counts.sent += texts.length;
      } catch (error) {
        this.counts.dropped += texts.length;
        this.logger.debug(`${texts.length} hints were not sent: ${String(error)}`);
        return;
      }
    }
  }

  private async say(mood: Mood): Promise<void> {
    try {
      await this.channel.send(messageText({ from: this.from, number: this.number, mood }));
    } catch (error) {
      this.logger.debug(`the others were not told where this process is: ${String(error)}`);
    }
  }

  private receive(text: string): void {
    const message = parseMessage(text);
    if (message === undefined) return;
    if (message.from === this.from) {
      this.unheardSince = undefined;
      return;
    }
    const isMissing = this.members.hear(message, this.now());
    this.counts.received += message.hints.length;
    for (const hint of message.hints) this.hints.next(hint);
    if (isMissing) this.tellGap();
  }

  private hear(hearing: Hearing): void {
    if (hearing === this.hearing) return;
    this.hearing = hearing;
    this.unheardSince = undefined;
    this.members.clear();
    this.tellGap();
    if (hearing === 'lost') return;
    this.lastBeaconAt = -Infinity;
    this.flush();
  }

  private tick(): void {
    const now = this.now();
    if (this.hearing === 'lost') {
      this.tellGap();
      return;
    }
    if (this.members.dropSilent(now)) this.tellGap();
    if (this.unheardSince !== undefined && now - this.unheardSince > DEAF_MS) {
      this.unheardSince = undefined;
      this.channel.reconnect();
      return;
    }
    // What was not taken before.
    this.flush();
    const mood = now - this.lastHintAt < ACTIVE_MS ? 'active' : 'idle';
    // A tick may come a little early.
    if (now - this.lastBeaconAt < BEACON_MS[mood] - TICK_MS / 2) return;
    this.lastBeaconAt = now;
    this.unheardSince ??= now;
    void this.say(mood);
  }

  private tellGap(): void {
    this.counts.gaps += 1;
    this.gaps.next();
  }
}
