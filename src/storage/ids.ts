import { Injectable } from '@nestjs/common';
import { monotonicFactory } from 'ulid';
import { type GraphId, type KeyId, type RunId, graphId, keyId, runId } from '../executor/core/index.js';
import { randomFraction } from './random-fraction.js';

/** Makes ids that rise with time, also within a millisecond: ULIDs in lower case behind a prefix. */
@Injectable()
export class Ids {
  private readonly ulid = monotonicFactory(randomFraction);

  graph(): GraphId {
    return graphId(`g_${this.ulid().toLowerCase()}`);
  }

  run(): RunId {
    return runId(`r_${this.ulid().toLowerCase()}`);
  }

  key(): KeyId {
    return keyId(`k_${this.ulid().toLowerCase()}`);
  }
}
