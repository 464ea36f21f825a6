import { type RunEvent, epochMs, outputFileName } from '../core/index.js';
import { LargeOutput } from '../outputs/index.js';
import { PendingOutputs } from './pending-outputs.js';

const large = (nodeId: string): LargeOutput => LargeOutput.of(nodeId, `"${nodeId}"`, outputFileName(nodeId, 1));
const succeeded = (nodeId: string, output?: LargeOutput): RunEvent => ({
  type: 'node.succeeded',
  ts: epochMs(7),
  nodeId,
  attempt: 1,
  output: nodeId,
  ref: output?.ref,
});

describe('PendingOutputs', () => {
  it('gives each success its file, with the time of the event', () => {
    const outputs = new PendingOutputs();
    const [a, b] = [large('a'), large('b')];
    outputs.add(a);
    outputs.add(b);
    const files = outputs.take([succeeded('a', a), succeeded('c'), succeeded('b', b)]);
    expect(files).toMatchObject([
      { name: '$output.a.1.json', nodeId: 'a', createdAt: 7 },
      { name: '$output.b.1.json', nodeId: 'b', createdAt: 7 },
    ]);
  });

  it('drops those of attempts that no longer count', () => {
    const outputs = new PendingOutputs();
    const late = large('a');
    outputs.add(late);
    expect(
      outputs.take([{ type: 'node.cancelled', ts: epochMs(7), nodeId: 'a', attempt: 1, ended: 'succeeded' }]),
    ).toEqual([]);
    expect(outputs.take([succeeded('a', late)])).toEqual([]);
  });
});
