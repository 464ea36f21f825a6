import { Module } from '@nestjs/common';
import { EventBus, InProcessEventBus } from './event-bus.js';

@Module({ providers: [{ provide: EventBus, useClass: InProcessEventBus }], exports: [EventBus] })
export class EventsModule {}
