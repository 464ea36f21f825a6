import { Injectable } from '@nestjs/common';
import { NEVER } from 'rxjs';
import { Relay } from './relay.js';

/** The relay of a process that is alone. */
@Injectable()
export class SolitaryRelay extends Relay {
  override readonly hints$ = NEVER;
  override readonly gaps$ = NEVER;

  override publish(): void {
    // Nobody else is there.
  }
}
