import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { EpochMs, KeyId, Namespace } from '../../executor/core/index.js';

/** An API key, without the key itself. */
@Entity('api_keys')
@Index('api_keys_sha256', ['keySha256'], { unique: true })
@Index('api_keys_namespace', ['namespace', 'keyId'])
export class ApiKeyEntity {
  @PrimaryColumn({ name: 'key_id', type: 'varchar', length: 28 })
  keyId!: KeyId;

  @Column({ name: 'namespace', type: 'varchar', length: 63 })
  namespace!: Namespace;

  @Column({ name: 'name', type: 'varchar', length: 100 })
  name!: string;

  @Column({ name: 'prefix', type: 'varchar', length: 16 })
  prefix!: string;

  @Column({ name: 'key_sha256', type: 'varchar', length: 64 })
  keySha256!: string;

  /** Separated by spaces. */
  @Column({ name: 'scopes', type: 'varchar', length: 255 })
  scopeText!: string;

  @Column({ name: 'created_at', type: 'bigint' })
  createdAt!: EpochMs;

  @Column({ name: 'expires_at', type: 'bigint', nullable: true })
  expiresAt!: EpochMs | null;

  @Column({ name: 'last_used_at', type: 'bigint', nullable: true })
  lastUsedAt!: EpochMs | null;

  @Column({ name: 'revoked_at', type: 'bigint', nullable: true })
  revokedAt!: EpochMs | null;

  @Column({ name: 'replaced_by', type: 'varchar', length: 28, nullable: true })
  replacedBy!: KeyId | null;
}
