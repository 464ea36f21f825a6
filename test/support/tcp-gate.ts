import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

/** A way to a server that can be cut, stalled and opened again: what a client of that server has to live with. */
export class TcpGate {
  private readonly sockets = new Set<Socket>();
  private arrived = 0;
  private isCut = false;
  private isStalled = false;
  private lossOf: { readonly text: string; readonly lose: 'request' | 'answer' } | undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.carry(client));
  }

  /** @param target URL of the server behind it */
  static async open(target: string): Promise<TcpGate> {
    const server = createServer({ pauseOnConnect: true });
    const gate = new TcpGate(server, new URL(target));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return gate;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many connections were made to it, those that it refused included. */
  get arrivals(): number {
    return this.arrived;
  }

  /** That of the server behind it, by way of the gate. */
  get url(): string {
    const url = new URL(this.target);
    url.port = String(this.port);
    return url.href;
  }

  /** Breaks every connection and takes no new one. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Connections stay, but nothing comes through. */
  stall(): void {
    this.isStalled = true;
    for (const socket of this.sockets) socket.pause();
  }

  /**
   * Breaks the connection on which `text` is asked next, once: with the request, or when it was asked and before the answer
   * comes back.
   */
  breakAt(text: string, lose: 'request' | 'answer'): void {
    this.lossOf = { text, lose };
  }

  /** Whether the connection that was to be broken has been. */
  get hasBroken(): boolean {
    return this.lossOf === undefined;
  }

  /** As if nothing had been. */
  mend(): void {
    this.isCut = false;
    this.isStalled = false;
    this.lossOf = undefined;
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private carry(client: Socket): void {
    this.arrived += 1;
    if (this.isCut) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    let isAnswerLost = false;
    const breakIf = (from: Socket, bytes: Buffer): boolean => {
      if (from === server) return isAnswerLost;
      if (this.lossOf === undefined || !bytes.includes(this.lossOf.text)) return false;
      const { lose } = this.lossOf;
      this.lossOf = undefined;
      isAnswerLost = lose === 'answer';
      return lose === 'request';
    };
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on('data', (bytes) => {
        if (breakIf(from, bytes)) from.destroy();
        else to.write(bytes);
      });
      from.on('error', () => undefined);
      from.once('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.isStalled) from.pause();
      else from.resume();
    }
  }
}
