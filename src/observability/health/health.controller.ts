import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { allows } from '../../auth/access/index.js';
import { Public } from '../../auth/index.js';
import { ApiProblems } from '../../http/openapi/index.js';
import { HealthDto, ProbeDto } from './health.dto.js';
import { HealthService } from './health.service.js';

const CACHED =
  'Dependencies are asked once per `MONITORING__HEALTH_CHECK_INTERVAL` however often this is; after a failure every 2 s.';
const DETAILED = 'A caller with the scope `admin` is also told what each dependency answered, in a refusal too.';

@ApiTags('health')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get()
  @ApiOperation({ summary: 'Whether the service lives, and which version it is' })
  @ApiOkResponse({ type: HealthDto, description: 'It lives.' })
  @ApiProblems()
  getHealth(): HealthDto {
    return this.health.summary();
  }

  @Get('live')
  @ApiOperation({ summary: 'Liveness probe: restart the process when this fails' })
  @ApiOkResponse({ type: ProbeDto, description: 'It lives.' })
  @ApiProblems()
  getLiveness(): ProbeDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Readiness probe: send no requests while this fails',
    description: `${CACHED} ${DETAILED}`,
  })
  @ApiOkResponse({ type: ProbeDto, description: 'It takes requests.' })
  @ApiProblems('not-ready')
  async getReadiness(@Req() request: Request): Promise<ProbeDto> {
    return { status: 'ok', checks: await this.health.assertReady(isForAdmin(request)) };
  }

  @Get('startup')
  @ApiOperation({
    summary: 'Startup probe: the other probes count once this has succeeded',
    description: DETAILED,
  })
  @ApiOkResponse({ type: ProbeDto, description: 'It has started.' })
  @ApiProblems('not-ready')
  async getStartup(@Req() request: Request): Promise<ProbeDto> {
    return { status: 'ok', checks: await this.health.assertStarted(isForAdmin(request)) };
  }
}

/** Strangers learn whether the service works, not of what it is made. */
function isForAdmin({ caller }: Request): boolean {
  return caller !== undefined && allows(caller.scopes, 'admin');
}
