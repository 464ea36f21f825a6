import { type ArgumentsHost, Catch, type ExceptionFilter, Logger, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { SecretRegistry } from '../../config/index.js';
import { PROBLEM_MEDIA_TYPE, ProblemError, toProblemBody } from '../problem/index.js';
import { allowedMethods } from './allowed-methods.js';
import { toProblem } from './to-problem.js';

/**
 * Answers everything that is thrown while a request is handled, by middleware, guards, pipes and handlers alike, and
 * paths that lead nowhere, with `application/problem+json`. What is our fault is logged; nothing of it is told.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly secrets: SecretRegistry) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const problem = error instanceof NotFoundException ? routeProblem(request) : toProblem(error);
    if (problem.status >= 500) this.log(problem, request);
    if (response.headersSent) {
      // Half an answer is out: the only honest end is a broken connection.
      response.destroy();
      return;
    }
    this.send(problem, request, response);
  }

  private log(problem: ProblemError, request: Request): void {
    const entry = { request_id: request.requestId, problem: problem.code, err: problem.cause ?? problem };
    if (problem.status === 500) this.logger.error(entry);
    else this.logger.warn(entry);
  }

  private send(problem: ProblemError, request: Request, response: Response): void {
    // What the handler had prepared for a success does not describe this answer.
    for (const name of ['ETag', 'Last-Modified', 'Content-Disposition', 'Content-Encoding'])
      response.removeHeader(name);
    response.status(problem.status).set({ 'Cache-Control': 'no-store', ...problem.headers });
    response.set('Content-Type', PROBLEM_MEDIA_TYPE);
    response.send(Buffer.from(this.secrets.line(JSON.stringify(toProblemBody(problem, request)))));
  }
}

/** No handler answered: is there nothing at this path, or nothing for this method? */
function routeProblem(request: Request): ProblemError {
  const allowed = allowedMethods(request);
  if (allowed.length === 0 || allowed.includes(request.method)) {
    return new ProblemError('not-found', `nothing is at ${request.path}`);
  }
  const detail = `${request.method} is not allowed here, but ${allowed.join(', ')}`;
  return new ProblemError('method-not-allowed', detail, { headers: { Allow: allowed.join(', ') } });
}
