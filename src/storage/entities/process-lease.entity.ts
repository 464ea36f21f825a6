import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { EpochMs } from '../../executor/core/index.js';

/** The process that owns the database; no row while nobody does. */
@Entity('process_lease')
@Check('process_lease_one_row', '"id" = 1')
export class ProcessLeaseEntity {
  @PrimaryColumn({ name: 'id', type: 'integer' })
  id!: 1;

  @Column({ name: 'owner', type: 'varchar', length: 255 })
  owner!: string;

  @Column({ name: 'expires_at', type: 'bigint' })
  expiresAt!: EpochMs;
}
