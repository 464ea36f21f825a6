import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../auth/index.js';
import { ApiProblems } from '../../http/openapi/index.js';
import { HealthDto, ProbeDto } from './health.dto.js';
import { HealthService } from './health.service.js';

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
  @ApiOperation({ summary: 'Readiness probe: send no requests while this fails' })
  @ApiOkResponse({ type: ProbeDto, description: 'It takes requests.' })
  @ApiProblems('not-ready')
  async getReadiness(): Promise<ProbeDto> {
    await this.health.assertReady();
    return { status: 'ok' };
  }

  @Get('startup')
  @ApiOperation({ summary: 'Startup probe: the other probes count once this has succeeded' })
  @ApiOkResponse({ type: ProbeDto, description: 'It has started.' })
  @ApiProblems('not-ready')
  getStartup(): ProbeDto {
    this.health.assertStarted();
    return { status: 'ok' };
  }
}
