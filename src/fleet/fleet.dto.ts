import { ApiProperty } from '@nestjs/swagger';
import type { Member } from '../executor/index.js';

const ROLES = ['all', 'api', 'worker'] as const;

/** One process of `GET /fleet`. */
export class MemberDto {
  @ApiProperty({
    description: 'Of this process alone, for as long as it lives: its host, its process id and something random.',
    example: 'node-1:4711:0f4d6c1e-5c0a-4a56-9a3b-6a8e4c1f2b7d',
  })
  readonly id!: string;

  @ApiProperty({
    description: 'Whether it answers requests, works on runs, or does both.',
    enum: ROLES,
    enumName: 'Role',
    example: 'worker',
  })
  readonly role!: (typeof ROLES)[number];

  @ApiProperty({ description: 'Version of its program.', example: '0.1.0' })
  readonly version!: string;

  @ApiProperty({
    description: 'When it started, on its own clock.',
    format: 'date-time',
    example: '2026-11-26T10:00:00.000Z',
  })
  readonly started_at!: string;

  @ApiProperty({
    description: 'Runs that it executed when it gave its last sign of life.',
    type: 'integer',
    minimum: 0,
    example: 12,
  })
  readonly live_runs!: number;

  @ApiProperty({
    description: 'Pools whose attempts it makes (EXECUTION__POOLS); none if it works on no runs.',
    type: [String],
    example: ['default', 'gpu'],
  })
  readonly pools!: readonly string[];

  @ApiProperty({
    description: 'How long ago that was, in seconds; a process counts as gone after DATABASE__LEASE_SEC without one.',
    minimum: 0,
    example: 1.5,
  })
  readonly silent_sec!: number;
}

/** Answer of `GET /fleet`. */
export class FleetDto {
  @ApiProperty({ type: [MemberDto] })
  readonly items!: readonly MemberDto[];
}

export function toMemberDto({ id, role, version, startedAt, liveRuns, pools, silentMs }: Member): MemberDto {
  return {
    id,
    role,
    version,
    started_at: new Date(startedAt).toISOString(),
    live_runs: liveRuns,
    pools,
    silent_sec: silentMs / 1_000,
  };
}
