import { type EpochMs, epochMs } from '../../executor/core/index.js';
import { FleetMemberRepository } from './fleet-member.repository.js';

/** SQLite belongs to one process: there is no fleet, and configuration keeps one from being started. */
export class SolitaryFleetMemberRepository extends FleetMemberRepository {
  override now(): Promise<EpochMs> {
    return Promise.resolve(epochMs(Date.now()));
  }

  override beat(): Promise<void> {
    return Promise.reject(new Error('a fleet needs a database server'));
  }

  override leave(): Promise<void> {
    return Promise.resolve();
  }

  override forgetSilent(): Promise<void> {
    return Promise.resolve();
  }

  override list(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  override embeddedLease(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override clearLease(): Promise<void> {
    return Promise.resolve();
  }
}
