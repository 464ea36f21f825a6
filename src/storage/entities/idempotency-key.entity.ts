import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { EpochMs } from '../../executor/core/index.js';

/** The first answer under an `Idempotency-Key`. */
@Entity('idempotency_keys')
@Index('idempotency_keys_age', ['createdAt'])
export class IdempotencyKeyEntity {
  @PrimaryColumn({ name: 'scope', type: 'varchar', length: 255 })
  scope!: string;

  @PrimaryColumn({ name: 'key', type: 'varchar', length: 255 })
  key!: string;

  @Column({ name: 'request_hash', type: 'varchar', length: 64 })
  requestHash!: string;

  @Column({ name: 'status', type: 'integer' })
  status!: number;

  @Column({ name: 'location', type: 'text', nullable: true })
  location!: string | null;

  @Column({ name: 'created_at', type: 'bigint' })
  createdAt!: EpochMs;

  @Column({ name: 'body', type: 'text' })
  bodyJson!: string;
}
