import {
  type DynamicModule,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type AppConfig, queueUrl } from '../config/index.js';
import { Relay } from './relay.js';
import { SolitaryRelay } from './solitary-relay.js';
import { ChannelRelay } from './transport/channel-relay.js';
import { openChannel } from './transport/open-channel.js';

/** The relay that a configuration asks for, not started yet. */
export async function openRelay(config: AppConfig): Promise<Relay> {
  const url = queueUrl(config);
  if (config.execution.engine !== 'bullmq' || url === undefined) return new SolitaryRelay();
  const { backend, prefix } = config.queue;
  return new ChannelRelay(await openChannel({ backend, url, prefix }));
}

/** For the whole application: whoever tells or hears hints injects `Relay`, without importing this again. */
@Module({})
export class RelayModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly relay: Relay) {}

  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: RelayModule,
      global: true,
      providers: [{ provide: Relay, useFactory: () => openRelay(config) }],
      exports: [Relay],
    };
  }

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop().catch((error: unknown) => {
      new Logger(RelayModule.name).debug(`the relay was not stopped in order: ${String(error)}`);
    });
  }
}
