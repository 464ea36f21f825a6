/** Shorter values, such as `true` or `8000`, would be found everywhere by chance. In characters. */
export const MIN_SECRET_LENGTH = 6;

/** Ways to write a text into another one. Most secrets are the same in all of them. */
const WRITERS: readonly ((text: string) => string)[] = [
  inJson,
  encodeURIComponent,
  (text) => encodeURIComponent(text).replace(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase()),
  encodeURI,
  (text) => new URLSearchParams({ '': text }).toString().slice(1),
  inMarkup,
  (text) => inMarkup(text).replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  // In JSON pointers (RFC 6901).
  (text) => text.replaceAll('~', '~0').replaceAll('/', '~1'),
];

/**
 * Every text by which a secret may turn up: itself and each of its lines; as it is written in JSON, URLs, forms, markup and
 * pointers, and those into one another, such as JSON in a parameter of a URL; and in base64, wherever it begins in what was
 * encoded. None for a value that is too short to be told from chance.
 */
export function formsOf(secret: string): ReadonlySet<string> {
  const whole = [secret, ...secret.split(/\r?\n/).map((line) => line.trim())];
  const texts = whole.filter((text) => text.length >= MIN_SECRET_LENGTH);
  const written = texts.flatMap((text) => {
    const twice = writtenIn(writtenIn([text]));
    // Lines of logs and journals are JSON in turn.
    return [...twice, ...[...twice].map(inJson), ...inBase64(text)];
  });
  return new Set(written);
}

function writtenIn(texts: Iterable<string>): ReadonlySet<string> {
  const all = new Set(texts);
  for (const text of texts) {
    // What is half of a surrogate pair cannot stand in a URL.
    for (const write of text.isWellFormed() ? WRITERS : [inJson]) all.add(write(text));
  }
  return all;
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
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
