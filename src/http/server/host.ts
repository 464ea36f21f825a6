/** The `uri-host [ ":" port ]` of RFC 9110, section 7.2, as the source of a pattern. */
export const HOST = String.raw`(?:\[[0-9a-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d{0,5})?`;
