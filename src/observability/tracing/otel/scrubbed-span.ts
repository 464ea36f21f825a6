import type { AttributeValue, Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** Hides what is secret in a text. */
export type Scrub = (text: string) => string;

/** The span with every text that it says passed through `scrub`: its name, its status, its attributes and its events. */
export function scrubbedSpan(span: ReadableSpan, scrub: Scrub): ReadableSpan {
  const { name, status, attributes, events, links } = span;
  const scrubbed: Partial<ReadableSpan> = {
    name: scrub(name),
    status: status.message === undefined ? status : { ...status, message: scrub(status.message) },
    attributes: scrubbedAttributes(attributes, scrub),
    events: events.map((event) => ({
      ...event,
      name: scrub(event.name),
      attributes: scrubbedAttributes(event.attributes ?? {}, scrub),
    })),
    links: links.map((link) => ({ ...link, attributes: scrubbedAttributes(link.attributes ?? {}, scrub) })),
  };
  // Everything else is asked of the span itself, whose methods may be of a class that is not ours.
  return Object.create(span, Object.getOwnPropertyDescriptors(scrubbed)) as ReadableSpan;
}

function scrubbedAttributes(attributes: Attributes, scrub: Scrub): Attributes {
  const scrubbed: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) scrubbed[name] = scrubbedValue(value, scrub);
  return scrubbed;
}

function scrubbedValue(value: AttributeValue | undefined, scrub: Scrub): AttributeValue | undefined {
  if (typeof value === 'string') return scrub(value);
  if (!Array.isArray(value)) return value;
  return value.map((item: unknown) => (typeof item === 'string' ? scrub(item) : item)) as AttributeValue;
}
