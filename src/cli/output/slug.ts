const LONGEST = 80;

/** `name` as part of a file name: letters, digits, `.`, `_` and `-` stay, everything between becomes one `-`. */
export function slug(name: string): string {
  const text = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}._-]+/gu, '-')
    .replace(/^[.-]+|[.-]+$/g, '');
  const short = Array.from(text).slice(0, LONGEST).join('');
  return short === '' ? 'graph' : short;
}
