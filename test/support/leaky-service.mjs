/** `dist/main.js` with one agent more: `agent.leak` tells what its environment holds, each time in another way. */
import { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers';
import { Logger } from '@nestjs/common';
import { z } from 'zod';
import { AppModule } from '../../dist/app.module.js';
import { serve } from '../../dist/bootstrap.js';
import { Agent, AgentError, anyJson, anyObject } from '../../dist/plugins/sdk/index.js';

/** All that the test calls a secret, in one text: as it is, in JSON, in a URL and in base64. */
function everything() {
  const secrets = JSON.parse(process.env.LEAKED_NAMES).map((name) => process.env[name]);
  const written = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret),
    encodeURIComponent(secret),
    Buffer.from(`user:${secret}`).toString('base64'),
  ]);
  return written.join(' | ');
}

const WAYS = {
  output: () => ({ text: everything(), [everything()]: [everything()] }),
  large: () => ({ text: everything(), padding: 'x'.repeat(3_000_000) }),
  log: ({ log }) => {
    log('warn', everything(), { deep: { text: everything() } });
    return {};
  },
  progress: ({ progress }) => {
    progress(50, everything());
    return {};
  },
  error: () => {
    throw new AgentError(everything(), { type: 'Leak', retryable: false, details: { text: everything() } });
  },
  named: () => {
    const error = new AgentError('named', { type: everything(), retryable: false });
    throw error;
  },
  logger: () => {
    new Logger('Leak').error({ err: new Error(everything()), text: everything() }, everything());
    new Logger('Leak').log(everything());
    return {};
  },
  artifact: async ({ artifacts }) => {
    await artifacts.put({ extension: 'txt', contentType: 'text/plain', body: everything() });
    const body = Buffer.from(JSON.stringify({ text: everything() }));
    await artifacts.put({ extension: 'json', contentType: 'application/json', body });
    return {};
  },
  crash: () => {
    setImmediate(() => {
      throw new Error(everything(), { cause: new Error(everything()) });
    });
    return new Promise(() => undefined);
  },
};

class LeakAgent {
  run(context) {
    return WAYS[context.params.how](context);
  }
}
Agent({
  type: 'agent.leak',
  description: 'Tells secrets.',
  params: z.strictObject({ how: z.enum(Object.keys(WAYS)) }),
  input: anyObject,
  output: anyJson,
})(LeakAgent);

class LeakModule {
  name = 'leak';
}

const register = AppModule.register.bind(AppModule);
AppModule.register = (loaded) => {
  const whole = register(loaded);
  return { ...whole, imports: [...whole.imports, { module: LeakModule, providers: [LeakAgent] }] };
};
await serve({ packageRoot: new URL('../..', import.meta.url), wait: false });
