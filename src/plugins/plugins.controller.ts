import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/openapi/index.js';
import { AgentListDto, ToolListDto, toAgentDto, toToolDto } from './dto/plugin-list.dto.js';
import { PluginRegistry } from './registry/index.js';

@ApiTags('plugins')
@Controller('plugins')
export class PluginsController {
  constructor(private readonly registry: PluginRegistry) {}

  @Get('agents')
  @ApiOperation({ summary: 'The agents that nodes can name, with their schemas' })
  @ApiOkResponse({ type: AgentListDto })
  @ApiProblems('unauthorized')
  listAgents(): AgentListDto {
    return { items: this.registry.agents().map(toAgentDto) };
  }

  @Get('tools')
  @ApiOperation({ summary: 'The tools that agents can call, with their schemas' })
  @ApiOkResponse({ type: ToolListDto })
  @ApiProblems('unauthorized')
  listTools(): ToolListDto {
    return { items: this.registry.tools().map(toToolDto) };
  }
}
