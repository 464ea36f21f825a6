import { runId } from '../../executor/core/index.js';
import { withOwnLinks } from './own-links.js';

const [from, to] = [runId('r_old'), runId('r_new')];
const move = (...artifacts: string[]) => ({ from, to, artifacts: new Set(artifacts) });

describe('withOwnLinks', () => {
  it('leads links to the same files of the new run, those to large outputs too', () => {
    const output = { links: ['see /runs/r_old/artifacts/c.svg', '/runs/r_old/artifacts/$output.a.1.json?x'] };
    expect(withOwnLinks(output, move('c.svg', '$output.a.1.json'))).toEqual({
      links: ['see /runs/r_new/artifacts/c.svg', '/runs/r_new/artifacts/$output.a.1.json?x'],
    });
  });

  it('leaves links alone to what the new run lacks, and to other runs', () => {
    const output = { links: ['/runs/r_old/artifacts/gone.svg', '/runs/r_other/artifacts/c.svg'] };
    expect(withOwnLinks(output, move('c.svg'))).toBe(output);
    expect(withOwnLinks(output, move())).toBe(output);
  });
});
