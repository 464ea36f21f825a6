import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/access/index.js';
import { ConfigInspector } from './config-inspector.js';
import { ConfigValidationDto } from './dto/config-validation.dto.js';
import { ConfigViewDto } from './dto/config-view.dto.js';

@ApiTags('config')
@Controller('config')
export class ConfigController {
  constructor(private readonly inspector: ConfigInspector) {}

  @Get()
  @RequireScope('config')
  @ApiOperation({ summary: 'The configuration in use, with secrets masked' })
  @ApiOkResponse({ type: ConfigViewDto, description: 'Every key with its value.' })
  getConfig(): ConfigViewDto {
    return this.inspector.view();
  }

  @Get('validate')
  @RequireScope('config')
  @ApiOperation({ summary: 'Whether the service would start with the configuration as it stands now' })
  @ApiOkResponse({ type: ConfigValidationDto, description: 'What a start would say.' })
  validateConfig(): ConfigValidationDto {
    return this.inspector.validate();
  }
}
