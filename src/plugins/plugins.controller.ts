import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/access/index.js';
import { AgentListDto, ToolListDto, toAgentDto, toToolDto } from './dto/plugin-list.dto.js';
import { PluginRegistry } from './registry/index.js';

@ApiTags('plugins')
@Controller('plugins')
export class PluginsController {
  constructor(private readonly registry: PluginRegistry) {}

  @Get('agents')
  @RequireScope('graphs:read')
  @ApiOperation({ summary: 'The agents that nodes can name, with their schemas' })
  @ApiOkResponse({ type: AgentListDto })
  listAgents(): AgentListDto {
    return { items: this.registry.agents().map(toAgentDto) };
  }

  @Get('tools')
  @RequireScope('graphs:read')
  @ApiOperation({ summary: 'The tools that agents can call, with their schemas' })
  @ApiOkResponse({ type: ToolListDto })
  listTools(): ToolListDto {
    return { items: this.registry.tools().map(toToolDto) };
  }
}
