import { EXAMPLE_RUN_ID } from '../dto/run.examples.js';

/** Why `publish` was skipped, of a run that reviews a text. */
export const EXAMPLE_EXPLANATION = {
  run_id: EXAMPLE_RUN_ID,
  status: 'SUCCESS',
  node: {
    id: 'publish',
    status: 'SKIPPED',
    summary: 'was skipped (cond_false): the edge from review was not taken: its condition does not hold',
    join: 'all',
    edges: [
      {
        from: 'review',
        from_status: 'SUCCESS',
        on: 'success',
        group: null,
        verdict: 'not_taken',
        reason: 'cond_false',
        summary: 'not taken: its condition does not hold',
        condition: {
          cond: { var: 'score', op: '>=', value: 0.8 },
          holds: false,
          values: [{ name: 'score', op: '>=', value: 0.8, found: true, actual: 0.4 }],
        },
        mapped: [],
      },
    ],
    waits_for: null,
    attempts: [],
    chain: [
      { node: 'publish', status: 'SKIPPED', skip_reason: 'cond_false', error: null },
      { node: 'review', status: 'SUCCESS', skip_reason: null, error: null },
    ],
  },
};
