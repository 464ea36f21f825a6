import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RequireScope } from '../../auth/access/index.js';
import { Metrics } from './metrics.js';

const EXAMPLE = `# HELP wand_runs_live Runs that this process works on.
# TYPE wand_runs_live gauge
wand_runs_live 3
`;

/** The metrics on the main port, behind the key like everything else there. */
@ApiTags('metrics')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @RequireScope('metrics')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'What this process measures, for Prometheus',
    description: 'Here only with `MONITORING__METRICS_PORT=0`; else on that port, without a key.',
  })
  @ApiOkResponse({
    description: 'The text format of Prometheus.',
    content: { 'text/plain': { schema: { type: 'string' }, example: EXAMPLE } },
  })
  async getMetrics(@Res() response: Response): Promise<void> {
    const text = await this.metrics.page();
    response.type(this.metrics.contentType).send(text);
  }
}
