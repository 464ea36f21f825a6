import type { NestExpressApplication } from '@nestjs/platform-express';
import { authenticate } from '../auth/index.js';
import type { AppConfig } from '../config/index.js';
import { RootLogger, requestLog } from '../observability/index.js';
import { jsonBody } from './body/index.js';
import { ProblemFilter, answerOptions } from './errors/index.js';
import { inTurn } from './in-turn.js';
import { requestId } from './request-id/index.js';
import { corsOptions, hardenServer, noStore, securityHeaders } from './security/index.js';

/**
 * Gives an application everything that all its requests share. The order is the point: an id first, so that every line
 * and answer has it; the log before whatever may refuse; the key before the body, so that a stranger's is never read.
 *
 * Call it before `app.init()` or `app.listen()`, and before Swagger is set up. The application is created with
 * `{ bodyParser: false }` and holds `LoggingModule` and `AuthModule`.
 */
export function configureHttpApp(app: NestExpressApplication, config: AppConfig): void {
  const cors = corsOptions(config.security);
  app.disable('x-powered-by');
  app.set('etag', false);
  answerInFull(app);
  app.set('query parser', 'simple');
  app.use(inTurn(requestId(), requestLog(app.get(RootLogger, { strict: false }).pino), securityHeaders(), noStore()));
  if (cors !== undefined) app.enableCors(cors);
  app.use(inTurn(answerOptions(), authenticate(config.security.apiKey), jsonBody(config.limits)));
  app.useGlobalFilters(new ProblemFilter());
  hardenServer(app.getHttpServer());
}

/**
 * Express answers 304 to whatever `If-None-Match: *` asks for, although no answer has a validator to compare. The one
 * handler whose answers have one compares it itself.
 */
function answerInFull(app: NestExpressApplication): void {
  const { request } = app.getHttpAdapter().getInstance() as { readonly request: object };
  Object.defineProperty(request, 'fresh', { get: () => false });
}
