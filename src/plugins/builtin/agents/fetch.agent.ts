import { z } from 'zod';
import { Agent, type AgentContext } from '../../sdk/index.js';
import { httpRequestParams, httpResponse } from '../tools/index.js';

// Closed and empty: every mapped key is one of the params, which it overrides before the agent sees them.
const input = z.strictObject({});

/** Calls an HTTP service. */
@Agent({
  type: 'agent.fetch',
  description: 'Sends an HTTP request; the answer as text, and as JSON when it is JSON. A status of 400 or more fails.',
  params: httpRequestParams,
  input,
  output: httpResponse,
  tools: ['http_fetcher'],
})
export class FetchAgent {
  async run({
    params,
    callTool,
  }: AgentContext<z.output<typeof httpRequestParams>>): Promise<z.output<typeof httpResponse>> {
    // The tool's own schema has checked the result.
    return (await callTool('http_fetcher', params)) as z.output<typeof httpResponse>;
  }
}
