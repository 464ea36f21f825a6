import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Authenticator, authenticate } from '../auth/index.js';
import { type AppConfig, SecretRegistry } from '../config/index.js';
import { RequestMetrics, RootLogger, Tracing, requestLog } from '../observability/index.js';
import { jsonBody } from './body/index.js';
import { ProblemFilter, answerOptions } from './errors/index.js';
import { clientAddress } from './client-address/index.js';
import { inTurn } from './in-turn.js';
import { RateLimiter, rateLimit, throttledAuthentication } from './rate-limit/index.js';
import { requestId } from './request-id/index.js';
import { corsOptions, noStore, securityHeaders } from './security/index.js';
import { ConnectionGuard, hardenServer, probesOnly, soundRequest, useOriginForm } from './server/index.js';

/**
 * Gives an application everything that all its requests share. The order is the point: an id first, so that every line
 * and answer has it; the log and the count before whatever may refuse; the key and the rate limit before the body, so that what is refused
 * is never read.
 *
 * Call it before `app.init()` or `app.listen()`, and before Swagger is set up. The application is created with
 * `{ bodyParser: false }` and holds `LoggingModule`, `MetricsModule`, `AuthModule`, `HttpModule` and storage.
 */
export function configureHttpApp(app: NestExpressApplication, config: AppConfig): void {
  const cors = corsOptions(config.security);
  app.disable('x-powered-by');
  app.set('etag', false);
  answerInFull(app);
  app.set('query parser', 'simple');
  app.set('trust proxy', config.security.trustProxy);
  const { pino } = app.get(RootLogger, { strict: false });
  const log = requestLog(pino, app.get(RequestMetrics, { strict: false }));
  const tracing = config.monitoring.enableTracing ? [app.get(Tracing, { strict: false }).requests] : [];
  app.use(inTurn(requestId(), clientAddress(), ...tracing, log, securityHeaders(), noStore(), soundRequest()));
  if (config.role === 'worker') app.use(probesOnly());
  if (cors !== undefined) app.enableCors(cors);
  const limiter = app.get(RateLimiter, { strict: false });
  const authentication = throttledAuthentication(authenticate(app.get(Authenticator, { strict: false })), limiter);
  app.use(inTurn(answerOptions(), authentication, rateLimit(limiter), jsonBody(config.limits)));
  app.useGlobalFilters(new ProblemFilter(app.get(SecretRegistry, { strict: false })));
  const server: Server = app.getHttpServer();
  hardenServer(server, config);
  useOriginForm(server);
  app.get(ConnectionGuard, { strict: false }).watch(server);
}

/**
 * Express answers 304 to whatever `If-None-Match: *` asks for, although no answer has a validator to compare. The one
 * handler whose answers have one compares it itself.
 */
function answerInFull(app: NestExpressApplication): void {
  const { request } = app.getHttpAdapter().getInstance() as { readonly request: object };
  Object.defineProperty(request, 'fresh', { get: () => false });
}
