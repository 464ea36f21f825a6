import { Injectable } from '@nestjs/common';

export type ReadinessState = 'starting' | 'ready' | 'draining';

/**
 * Whether this process takes work. It is `starting` until the engine has taken up what was unfinished (`becomeReady`),
 * then `ready`, and `draining` from the moment it is asked to stop (`drain`), for good. Only forward, never back.
 */
@Injectable()
export class Readiness {
  private current: ReadinessState = 'starting';

  get state(): ReadinessState {
    return this.current;
  }

  get isReady(): boolean {
    return this.current === 'ready';
  }

  get isDraining(): boolean {
    return this.current === 'draining';
  }

  /** The start is complete. Does nothing once the process is draining. */
  becomeReady(): void {
    if (this.current === 'starting') this.current = 'ready';
  }

  /** The process was asked to stop: nothing new is taken from here on. */
  drain(): void {
    this.current = 'draining';
  }
}
