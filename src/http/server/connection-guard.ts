import { Injectable, Logger } from '@nestjs/common';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type BareAnswer, bareProblem } from './bare-problem.js';
import { METHODS } from './methods.js';
import { type ParserError, answerOf } from './parser-errors.js';
import { SeldomLog } from './seldom-log.js';

/** How long a client that is cut off may take to read why, in milliseconds. */
const FAREWELL_MS = 1_000;

/** The response that Node is about to write to a socket. */
interface BusySocket {
  readonly _httpMessage?: ServerResponse | null;
}

/**
 * Deals with what never becomes a request: connections above the cap, bytes that are not HTTP, requests that do not arrive
 * in time, tunnels. Each is answered as far as HTTP allows, counted, and told in the log once a minute at the most.
 */
@Injectable()
export class ConnectionGuard {
  private readonly logger = new Logger(ConnectionGuard.name);
  private readonly dropLog = new SeldomLog((count) =>
    this.logger.warn(`${count} connections were closed unread: LIMITS__MAX_CONNECTIONS are open`),
  );
  private readonly faultLog = new SeldomLog((count) =>
    this.logger.warn(`${count} connections were closed: what came over them was no request, or not in time`),
  );
  private readonly answered = new WeakSet<Duplex>();
  private readonly faults = new Map<number, number>();
  private drops = 0;

  /** Connections closed unread because too many were open, since the start of the process. */
  get dropped(): number {
    return this.drops;
  }

  /** Answers to what was no proper request, by status, since the start of the process. */
  get refused(): ReadonlyMap<number, number> {
    return this.faults;
  }

  /** Call it before the server listens. */
  watch(server: Server): void {
    server.on('drop', () => {
      this.drops += 1;
      this.dropLog.note();
    });
    server.on('clientError', (error: ParserError, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
      else this.refuse(socket, answerOf(error));
    });
    server.on('connect', (_request, socket) => {
      socket.on('error', () => undefined);
      this.refuse(
        socket,
        bareProblem('method-not-allowed', 'this is no proxy: CONNECT is allowed nowhere', { Allow: METHODS }),
      );
    });
    server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
      const answer = bareProblem('expectation-failed', 'the only expectation that can be met is 100-continue');
      this.count(answer.status);
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    // The body is asked for when it is wanted: a client that is refused need not send it. Whether it does so all the same
    // cannot be known, so nothing else may follow on the connection.
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      response.shouldKeepAlive = false;
      server.emit('request', request, response);
    });
  }

  /** Answers once, after the answer to an earlier request on the same connection. */
  private refuse(socket: Duplex, answer: BareAnswer): void {
    if (this.answered.has(socket)) return;
    this.answered.add(socket);
    this.count(answer.status);
    this.faultLog.note();
    const pending = (socket as BusySocket)._httpMessage;
    if (pending?.req.complete === true) pending.once('close', () => sendOff(socket, answer));
    // Half of another answer is out, and this one would be taken for the rest of it.
    else if (pending?.headersSent === true) socket.destroy();
    else sendOff(socket, answer);
  }

  private count(status: number): void {
    this.faults.set(status, (this.faults.get(status) ?? 0) + 1);
  }
}

/** Says why, and waits a moment for the client to read it. */
function sendOff(socket: Duplex, answer: BareAnswer): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(answer.text);
  const cutOff = setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
  socket.once('close', () => clearTimeout(cutOff));
}
