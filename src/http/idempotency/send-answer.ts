import type { Response } from 'express';
import type { GivenAnswer } from './idempotency.service.js';

/** Sets status and headers of `response` (injected with `passthrough`) and returns the body for the handler to return. */
export function sendAnswer(response: Response, answer: GivenAnswer): object {
  response.status(answer.status);
  if (answer.location !== undefined) response.setHeader('Location', answer.location);
  if (answer.isReplayed) response.setHeader('Idempotency-Replayed', 'true');
  return answer.body;
}
