/** `dist/main.js` with one agent more: `agent.poison` kills its process `after_ms` after the start of each attempt. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { AppModule } from '../../../dist/app.module.js';
import { serve } from '../../../dist/bootstrap.js';
import { Agent, anyJson, anyObject } from '../../../dist/plugins/sdk/index.js';

class PoisonAgent {
  async run({ params }) {
    await pause(params.after_ms);
    process.kill(process.pid, 'SIGKILL');
    return null;
  }
}
Agent({
  type: 'agent.poison',
  description: 'Kills its process.',
  params: z.strictObject({ after_ms: z.int() }),
  input: anyObject,
  output: anyJson,
})(PoisonAgent);

class PoisonModule {
  name = 'poison';
}

const register = AppModule.register.bind(AppModule);
AppModule.register = (loaded) => {
  const whole = register(loaded);
  return { ...whole, imports: [...whole.imports, { module: PoisonModule, providers: [PoisonAgent] }] };
};
await serve({ packageRoot: new URL('../../..', import.meta.url), wait: false });
