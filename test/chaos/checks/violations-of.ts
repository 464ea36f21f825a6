import type { Evidence } from '../support/evidence.js';
import { acknowledgementViolations } from './acknowledgements.js';
import { attemptViolations } from './attempts.js';
import { callViolations } from './calls.js';
import { cancelViolations } from './cancels.js';
import { endViolations } from './ends.js';
import { journalViolations } from './journals.js';
import { observationViolations } from './observations.js';
import { outputViolations } from './outputs.js';

/** Every promise that the evidence shows broken, one sentence each; empty when all were kept. */
export function violationsOf(evidence: Evidence): readonly string[] {
  return [
    ...acknowledgementViolations(evidence),
    ...journalViolations(evidence),
    ...attemptViolations(evidence),
    ...callViolations(evidence),
    ...outputViolations(evidence),
    ...cancelViolations(evidence),
    ...observationViolations(evidence),
    ...endViolations(evidence),
  ];
}
