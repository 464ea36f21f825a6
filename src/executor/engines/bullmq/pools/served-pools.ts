import type { FleetMemberRepository } from '../../../../storage/index.js';

/** For how long an answer is taken for true, in milliseconds. */
const KNOWN_FOR_MS = 1_000;

/** Which pools the processes of the fleet work for, a moment ago. */
export class ServedPools {
  private pools: ReadonlySet<string> = new Set();
  private askedAt = -Infinity;

  constructor(
    private readonly members: Pick<FleetMemberRepository, 'list'>,
    private readonly silentMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws {JournalUnavailableError} */
  async current(): Promise<ReadonlySet<string>> {
    if (this.now() - this.askedAt < KNOWN_FOR_MS) return this.pools;
    const members = await this.members.list();
    this.askedAt = this.now();
    this.pools = new Set(members.filter(({ silentMs }) => silentMs < this.silentMs).flatMap(({ pools }) => pools));
    return this.pools;
  }
}
