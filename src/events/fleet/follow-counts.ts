/** How often the database was asked for what others wrote, since the process began. */
export interface FollowCounts {
  /** Reads of entries. */
  reads: number;
  /** Questions how far runs have come. */
  looks: number;
}
