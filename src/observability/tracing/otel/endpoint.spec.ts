import { tracesUrl } from './endpoint.js';

describe('tracesUrl', () => {
  it.each([
    ['http://collector:4318', 'http://collector:4318/v1/traces'],
    ['http://collector:4318/', 'http://collector:4318/v1/traces'],
    ['https://vendor.example/otlp', 'https://vendor.example/otlp/v1/traces'],
    ['https://vendor.example/otlp/v1/traces', 'https://vendor.example/otlp/v1/traces'],
  ])('makes of %s %s', (base, expected) => {
    expect(tracesUrl(base)).toBe(expected);
  });
});
