const TRACES_PATH = 'v1/traces';

/** Where a receiver with this base URL takes traces, as OTLP over HTTP says; a URL that names the place already is kept. */
export function tracesUrl(baseUrl: string): string {
  if (baseUrl.endsWith(`/${TRACES_PATH}`)) return baseUrl;
  return `${baseUrl.replace(/\/+$/, '')}/${TRACES_PATH}`;
}
