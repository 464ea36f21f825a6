/**
 * `dist/main.js` with one agent more: `agent.talkative` logs through Nest, as plugins do, at once and after a while, and
 * tells its run; with `fail` it throws then.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { z } from 'zod';
import { AppModule } from '../../dist/app.module.js';
import { serve } from '../../dist/bootstrap.js';
import { Agent, anyJson, anyObject } from '../../dist/plugins/sdk/index.js';

class TalkativeAgent {
  logger = new Logger('Talkative');

  async run({ params, log }) {
    this.logger.log(`${params.says} at once`);
    await pause(20);
    this.logger.log({ extra: params.says }, `${params.says} later`);
    log('info', `${params.says} to its run`);
    if (params.fail === true) throw new Error('failed');
    return null;
  }
}
Agent({
  type: 'agent.talkative',
  description: 'Logs.',
  params: z.strictObject({ says: z.string(), fail: z.boolean().optional() }),
  input: anyObject,
  output: anyJson,
})(TalkativeAgent);

class TalkativeModule {
  name = 'talkative';
}

const register = AppModule.register.bind(AppModule);
AppModule.register = (loaded) => {
  const whole = register(loaded);
  return { ...whole, imports: [...whole.imports, { module: TalkativeModule, providers: [TalkativeAgent] }] };
};
await serve({ packageRoot: new URL('../..', import.meta.url), wait: false });
