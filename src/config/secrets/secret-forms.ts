/** Shorter values, such as `true` or `8000`, would be found everywhere by chance. In characters. */
export const MIN_SECRET_LENGTH = 6;

/**
 * Every text by which a secret may turn up: itself, each of its lines, as it stands in JSON (up to three times written), in a
 * URL or a form, and in base64 wherever it begins in what was encoded. None for a value that is too short to be told from
 * chance.
 */
export function formsOf(secret: string): ReadonlySet<string> {
  const forms = new Set<string>();
  for (const text of new Set([secret, ...secret.split(/\r?\n/).map((line) => line.trim())])) {
    if (text.length < MIN_SECRET_LENGTH) continue;
    for (const form of [text, ...inJson(text), ...inUrls(text), ...inBase64(text)]) forms.add(form);
  }
  return forms;
}

/** A log line may hold an answer in which JSON stands as a text: three times written. */
function inJson(text: string): readonly string[] {
  const write = (written: string): string => JSON.stringify(written).slice(1, -1);
  const once = write(text);
  const twice = write(once);
  return [once, twice, write(twice)];
}

function inUrls(text: string): readonly string[] {
  // What is half of a surrogate pair cannot stand in a URL.
  if (!text.isWellFormed()) return [];
  const component = encodeURIComponent(text);
  const encoded = [component, encodeURI(text), new URLSearchParams({ '': text }).toString().slice(1)];
  return [...encoded, component.replace(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase())];
}

/** The characters that the bytes of `text` alone decide, for each of the three places in a group where they may begin. */
function inBase64(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    const inner = encoded.slice(first, end);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
