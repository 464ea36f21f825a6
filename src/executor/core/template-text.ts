/** A piece of a string that may hold templates. */
export type TextPart =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'template'; readonly source: string };

/** A template that is opened and never closed. */
export class UnclosedTemplateError extends Error {
  override readonly name = 'UnclosedTemplateError';
  constructor(readonly offset: number) {
    super(`the template opened at character ${offset + 1} is not closed: write $\${ for a literal \${`);
  }
}

/**
 * Splits a string into text and templates: `${ ... }` is a template, `$${` a literal `${`. Braces, quotes and comments
 * of the expression inside are respected. Adjacent text is one part; an empty string has no parts.
 *
 * @throws {UnclosedTemplateError} if a template does not end.
 */
export function splitTemplates(value: string): TextPart[] {
  const parts: TextPart[] = [];
  let text = '';
  let position = 0;
  while (position < value.length) {
    if (value.startsWith('$${', position)) {
      text += '${';
      position += 3;
    } else if (value.startsWith('${', position)) {
      if (text !== '') parts.push({ kind: 'text', text });
      text = '';
      const end = closingBrace(value, position);
      parts.push({ kind: 'template', source: value.slice(position + 2, end) });
      position = end + 1;
    } else {
      const next = value.indexOf('$', position + 1);
      const end = next < 0 ? value.length : next;
      text += value.slice(position, end);
      position = end;
    }
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

/** The brace that ends the template opened at `start`. */
function closingBrace(value: string, start: number): number {
  let depth = 0;
  let position = start + 2;
  while (position < value.length) {
    const character = value[position] as string;
    if (character === '}' && depth === 0) return position;
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    position = skipToken(value, position, character);
  }
  throw new UnclosedTemplateError(start);
}

function skipToken(value: string, position: number, character: string): number {
  if (character === '"' || character === "'") return afterString(value, position, character);
  if (value.startsWith('//', position)) return afterLine(value, position);
  return position + 1;
}

function afterLine(value: string, position: number): number {
  const end = value.indexOf('\n', position);
  return end < 0 ? value.length : end;
}

function afterString(value: string, start: number, quote: string): number {
  const triple = quote.repeat(3);
  const delimiter = value.startsWith(triple, start) ? triple : quote;
  let position = start + delimiter.length;
  while (position < value.length && !value.startsWith(delimiter, position)) {
    position += value[position] === '\\' ? 2 : 1;
  }
  return position + delimiter.length;
}
