import { tlsFailure } from '../../../../storage/index.js';
import type { EpochMs } from '../../../core/index.js';

/** Something that a worker is to take, a run say. The job holds its id, and nothing else of it. */
export interface QueuedJob<Id extends string> {
  /** Without a colon. */
  readonly id: Id;
  /** Its place: from 1, which comes first, to `LAST_PLACE`; equal ones in the order in which they were added. */
  readonly place: number;
}

/** The furthest back that a job can stand. */
export const LAST_PLACE = 2_097_151;

/** What becomes of a job that was taken. */
export type JobEnd =
  /** Nothing is left to do: the job is gone. */
  | { readonly kind: 'done' }
  /** Somebody else is to take it, at once. */
  | { readonly kind: 'again' }
  /** Somebody is to take it, then. */
  | { readonly kind: 'later'; readonly at: EpochMs };

export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

/** Takes jobs, several at once, and keeps each of them until its work has ended. */
export interface JobTaker {
  /** How many it may hold at once. Fewer than it holds: it takes no more until that many have ended. */
  setPlaces(places: number): void;
  /** Takes no more jobs but one that it was waiting for already, which is to be given back; what it holds it keeps. */
  pause(): Promise<void>;
  /** Takes jobs again. */
  resume(): Promise<void>;
  /** Call it when the work on all jobs has ended. */
  close(): Promise<void>;
}

export interface TakeOptions<Id extends string> {
  /** Which process it is, for whoever looks at the queue. */
  readonly name: string;
  readonly places: number;
  /** Works on what a job stands for, and says what becomes of it. It must not throw: a job whose work does comes back after its lock. */
  readonly work: (id: Id) => Promise<JobEnd>;
  /** These jobs are not ours any more: the queue has lost them, or has given them to somebody else. */
  readonly onLost: (ids: readonly Id[]) => void;
  /** The locks of these jobs were renewed. */
  readonly onRenewed: (ids: readonly Id[]) => void;
  /** A job whose worker stopped renewing: it waits again. */
  readonly onStalled: (id: Id) => void;
}

/** Port: the queue that the processes of a fleet share. It says who works on what; what that is, the database says. */
export abstract class JobQueue<Id extends string> {
  /** @throws {QueueUnavailableError} if the queue cannot be prepared for use. */
  abstract open(): Promise<void>;

  /** What is wrong with how the server is set up; it works nevertheless. */
  abstract warnings(): Promise<string[]>;

  /** Adds jobs; one that is there already stays as it is. @throws {QueueUnavailableError} */
  abstract add(jobs: readonly QueuedJob<Id>[]): Promise<void>;

  /** Makes a job that waits for a time wait for a worker; does nothing to any other. @throws {QueueUnavailableError} */
  abstract promote(id: Id): Promise<void>;

  /** Takes a job away unless somebody works on it. @throws {QueueUnavailableError} */
  abstract remove(id: Id): Promise<void>;

  /** Which of these have no job; what is left of one that nobody can take any more is removed. @throws {QueueUnavailableError} */
  abstract missing(ids: readonly Id[]): Promise<Id[]>;

  /** @throws {QueueUnavailableError} */
  abstract counts(): Promise<JobCounts>;

  /** The job that waits and comes next; undefined when none waits. @throws {QueueUnavailableError} */
  abstract head(): Promise<{ readonly place: number; readonly since: EpochMs } | undefined>;

  /** Begins to take jobs. */
  abstract take(options: TakeOptions<Id>): JobTaker;

  /** Resolves if the queue answers. @throws {QueueUnavailableError} */
  abstract check(): Promise<void>;

  abstract close(): Promise<void>;
}

/** The queue cannot be reached or does not answer. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';

  /** @param cause What the server or the driver said. */
  constructor(cause: unknown) {
    super(`the queue cannot be used: ${saidBy(cause)}`, { cause });
  }
}

/** What an error of a server or its driver says, in one line. Several addresses of a host that all refuse say it one by one. */
export function saidBy(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(saidBy).join('; ');
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').replace(/\.$/, '');
  const reason = tlsFailure(error);
  return reason === undefined ? text : `${reason} (${text})`;
}
