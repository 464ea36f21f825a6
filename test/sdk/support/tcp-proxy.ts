import { once } from 'node:events';
import { type Server, type Socket, connect, createServer } from 'node:net';

/** Hands bytes on between clients and a service, until a test breaks something. */
export class TcpProxy {
  /** Bytes of answers after which a connection is cut; undefined to let everything through. */
  private cutAfter: number | undefined;
  private cuts = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly targetPort: number) {
    this.server = createServer((client) => this.join(client));
  }

  static async start(targetUrl: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(Number(new URL(targetUrl).port));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new TypeError('the proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** How many connections were cut. */
  get cutConnections(): number {
    return this.cuts;
  }

  /** From now on each connection is cut once its answers exceed `bytes`: 0 loses the answer to a request that arrived. */
  cutAnswersAfter(bytes: number): void {
    this.cutAfter = bytes;
  }

  letThrough(): void {
    this.cutAfter = undefined;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const service = connect(this.targetPort, '127.0.0.1');
    let answered = 0;
    for (const socket of [client, service]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    }
    client.on('close', () => service.destroy());
    service.on('end', () => client.end());
    client.pipe(service);
    service.on('data', (chunk) => {
      const room = this.cutAfter === undefined ? Infinity : this.cutAfter - answered;
      answered += chunk.length;
      if (chunk.length <= room) {
        client.write(chunk);
        return;
      }
      service.destroy();
      this.cuts++;
      if (room <= 0) client.destroy();
      else client.write(chunk.subarray(0, room), () => client.destroy());
    });
  }
}
