import { settings } from '../../../test/support/graph-builder.js';
import { describeEvent } from './event-text.js';
import { epochMs, graphId, runId } from './ids.js';
import type { RunEvent } from './run-event.js';

const ts = epochMs(0);
const onNode = { ts, nodeId: 'a', attempt: 1 };
const error = { type: 'Broken', message: 'no disk', retryable: true, attempts: 1 };

describe('describeEvent', () => {
  it.each<[string, string, RunEvent]>([
    [
      'info',
      'run queued',
      { type: 'run.queued', ts, graphId: graphId('g_1'), graphVersion: 1, input: 1, settings: settings() },
    ],
    ['info', 'run started', { type: 'run.started', ts }],
    ['warn', 'run recovered, epoch 3', { type: 'run.recovered', ts, epoch: 3 }],
    ['warn', 'cancel requested: attempts in flight were told to stop', { type: 'run.cancel_requested', ts }],
    ['info', 'run succeeded', { type: 'run.succeeded', ts, warnings: [] }],
    [
      'warn',
      'run succeeded with warnings: no_sink_reached',
      { type: 'run.succeeded', ts, warnings: ['no_sink_reached'] },
    ],
    ['error', 'run failed: no disk', { type: 'run.failed', ts, error }],
    ['warn', 'run cancelled', { type: 'run.cancelled', ts }],
    [
      'info',
      'node not run again: it succeeded in run r_1',
      { type: 'node.reused', ...onNode, output: 1, fromRun: runId('r_1') },
    ],
    ['info', 'node not run again: its output was given', { type: 'node.reused', ...onNode, output: 1, fromRun: null }],
    ['info', 'node started', { type: 'node.started', ...onNode }],
    ['info', 'node started, attempt 2', { type: 'node.started', ...onNode, attempt: 2 }],
    ['debug', 'step one', { type: 'node.log', ...onNode, level: 'debug', message: 'step one' }],
    ['debug', 'half way', { type: 'node.progress', ...onNode, percent: 50, message: 'half way' }],
    ['debug', '50 %', { type: 'node.progress', ...onNode, percent: 50 }],
    [
      'warn',
      'attempt 1 failed, next in 1.25 s: no disk',
      { type: 'node.retrying', ...onNode, error, waitMs: 1_250, dueAt: ts },
    ],
    [
      'warn',
      'attempt 1 failed, next in 2 s: no disk',
      { type: 'node.retrying', ...onNode, error, waitMs: 2_000, dueAt: ts },
    ],
    [
      'warn',
      'attempt 1 lost with its process (shutdown), will run again',
      { type: 'node.interrupted', ...onNode, cause: 'shutdown' },
    ],
    ['info', 'node succeeded', { type: 'node.succeeded', ...onNode, output: 1 }],
    ['error', 'node failed: no disk', { type: 'node.failed', ...onNode, error }],
    ['info', 'node skipped: cond_false', { type: 'node.skipped', ...onNode, reason: 'cond_false', causes: [] }],
    ['warn', 'node cancelled, attempt not running', { type: 'node.cancelled', ...onNode, ended: 'not_running' }],
  ])('says at %s: %s', (lvl, msg, event) => {
    expect(describeEvent(event)).toEqual({ lvl, msg });
  });
});
