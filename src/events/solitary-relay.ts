import { Injectable } from '@nestjs/common';
import { NEVER } from 'rxjs';
import { Relay } from './relay.js';

/** The relay of a process that is alone. */
@Injectable()
export class SolitaryRelay extends Relay {
  override readonly hints$ = NEVER;
  override readonly gaps$ = NEVER;
  override readonly stats = { sent: 0, received: 0, dropped: 0, gaps: 0 };

  override publish(): void {
    // Nobody else is there.
  }

  override start(): void {
    // Nothing is to be heard.
  }

  override stop(): Promise<void> {
    return Promise.resolve();
  }
}
