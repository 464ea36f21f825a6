import { CliError } from '../cli-errors.js';

/** The address in `--server`. @throws {CliError} if it is no http(s) URL, or holds a password. */
export function parseServerUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new CliError(`--server ${JSON.stringify(text)}: takes an http or https URL such as http://localhost:8000`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new CliError('--server: takes a URL without a user name; pass the key by --api-key or WAND_API_KEY');
  }
  url.search = '';
  url.hash = '';
  return url;
}
