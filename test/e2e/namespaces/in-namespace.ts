import type { Api, RequestOptions } from '../../support/use-api.js';

const HEADER = 'X-Wand-Namespace';

/** The API as a client of one namespace sees it. */
export function inNamespace(api: Api, name: string): Api {
  const within = (options: RequestOptions = {}): RequestOptions => ({
    ...options,
    headers: { [HEADER]: name, ...options.headers },
  });
  return {
    get service() {
      return api.service;
    },
    get folder() {
      return api.folder;
    },
    get url() {
      return api.url;
    },
    get: (path, options) => api.get(path, within(options)),
    post: (path, body, options) => api.post(path, body, within(options)),
    put: (path, body, options) => api.put(path, body, within(options)),
    patch: (path, body, options) => api.patch(path, body, within(options)),
    delete: (path, options) => api.delete(path, within(options)),
    fetch: (path, init = {}) => api.fetch(path, { ...init, headers: { [HEADER]: name, ...init.headers } }),
  };
}
