import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowListWith } from './allow-host.js';
import { serveDocument } from './document-server.js';

describe('allowListWith', () => {
  const host = '127.0.0.1:9';

  it('changes nothing where private hosts may be called', () => {
    expect(allowListWith(host, { httpAllowedHosts: [], httpAllowPrivate: true })).toBeUndefined();
  });

  it('names the host where private hosts may not be called', () => {
    expect(allowListWith(host, { httpAllowedHosts: [], httpAllowPrivate: false })).toEqual([host]);
  });

  it('adds the host to a list that is there', () => {
    expect(allowListWith(host, { httpAllowedHosts: ['a.example'], httpAllowPrivate: true })).toEqual([
      'a.example',
      host,
    ]);
  });
});

describe('serveDocument', () => {
  it('serves the text with its type, and nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wand-demo-'));
    await writeFile(join(folder, 'a.txt'), 'Grüße');
    const server = await serveDocument(join(folder, 'a.txt'));
    try {
      const answer = await fetch(server.url);
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(answer.headers.get('etag')).toMatch(/^"[0-9a-f]+"$/);
      expect(await answer.text()).toBe('Grüße');
      expect((await fetch(server.url, { method: 'HEAD' })).headers.get('content-length')).toBe('7');
      expect((await fetch(`http://${server.host}/other`)).status).toBe(404);
      expect((await fetch(server.url, { method: 'POST' })).status).toBe(405);
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  });
});
