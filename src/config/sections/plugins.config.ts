import { ListKey } from '../schema/keys.js';

/** `PLUGINS__…` */
export class PluginsConfig {
  @ListKey('ALLOWED_ENV', {
    pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
    takes: 'a JSON array of names of environment variables',
    description: 'Environment variables that templates in params may read as ${ env.NAME }.',
  })
  readonly allowedEnv: readonly string[] = [];
}
