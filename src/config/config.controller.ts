import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/access/index.js';
import { ApiJsonAnswer, ApiJsonBody, ApiProblems } from '../http/openapi/index.js';
import { ConfigInspector } from './config-inspector.js';
import { CONFIG_PATCH_EXAMPLES, configPatch } from './dto/config-patch.schema.js';
import {
  type ConfigValidationAnswer,
  EXAMPLE_CONFIG_VALIDATION,
  configValidationSchema,
} from './dto/config-validation.schema.js';
import { type ConfigViewAnswer, EXAMPLE_CONFIG_VIEW, configViewSchema } from './dto/config-view.schema.js';

@ApiTags('config')
@Controller('config')
export class ConfigController {
  constructor(private readonly inspector: ConfigInspector) {}

  @Get()
  @RequireScope('config')
  @ApiOperation({ summary: 'The configuration in use, with secrets masked' })
  @ApiJsonAnswer(200, configViewSchema, { description: 'Every key with its value.', example: EXAMPLE_CONFIG_VIEW })
  getConfig(): ConfigViewAnswer {
    return this.inspector.view();
  }

  @Get('validate')
  @RequireScope('config')
  @ApiOperation({ summary: 'Whether the service would start with the configuration as it stands now' })
  @ApiJsonAnswer(200, configValidationSchema, {
    description: 'What a start would say.',
    example: EXAMPLE_CONFIG_VALIDATION,
  })
  validateConfig(): ConfigValidationAnswer {
    return this.inspector.validate();
  }

  @Patch()
  @RequireScope('config')
  @ApiOperation({
    summary: 'Change the configuration of the running service, in development',
    description:
      'Sets reloadable keys: log level, limits, concurrency, retries and time-outs. All of them are changed or, when one ' +
      'cannot be, none. A value is JSON, or the text that the environment variable would have; null takes a change back. A ' +
      'change wins over all other sources and is gone when the process ends. Runs keep the settings that they began with. ' +
      'Outside of development it is refused.',
  })
  @ApiJsonBody(configPatch, { examples: CONFIG_PATCH_EXAMPLES })
  @ApiJsonAnswer(200, configViewSchema, { description: 'The configuration from now on.', example: EXAMPLE_CONFIG_VIEW })
  @ApiProblems('malformed-json', 'invalid-body', 'payload-too-large', 'unsupported-media-type', 'config-invalid')
  changeConfig(@Body() body: unknown): ConfigViewAnswer {
    return this.inspector.change(body);
  }
}
