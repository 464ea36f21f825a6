import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/access/index.js';
import { DatabaseClaim } from '../executor/index.js';
import { ApiProblems } from '../http/openapi/index.js';
import { FleetDto, toMemberDto } from './fleet.dto.js';

@ApiTags('fleet')
@Controller('fleet')
export class FleetController {
  constructor(private readonly claim: DatabaseClaim) {}

  @Get()
  @RequireScope('metrics')
  @ApiOperation({
    summary: 'The processes that work on the database',
    description:
      'Those that started first come before the others. A process that ended in order is gone from it; one that died is ' +
      'there a while longer, and gives no sign of life.',
  })
  @ApiOkResponse({ type: FleetDto })
  @ApiProblems('storage-unavailable')
  async listFleet(): Promise<FleetDto> {
    const members = await this.claim.members();
    return { items: members.map(toMemberDto) };
  }
}
