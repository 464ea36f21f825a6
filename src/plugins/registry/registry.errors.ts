/** A plugin that cannot be registered; `message` names it and how to mend it. */
export class PluginRegistrationError extends Error {
  override readonly name = 'PluginRegistrationError';
}
