import { factsOf } from './key-text.js';
import { CONFIG_KEYS, type ConfigKey, findKey } from './schema/schema.js';

const INTRODUCTION = `# Configuration

This page is generated from the schema of the configuration by \`npm run docs:config\`, as is [.env.example](../.env.example).

## Where values come from

| source                     | wins over                                                          |
| -------------------------- | ------------------------------------------------------------------ |
| the process environment    | all files                                                          |
| \`.env\`                     | \`config/<ENVIRONMENT>.env\`; read in the folder of the process      |
| \`config/<ENVIRONMENT>.env\` | the defaults; part of the service, with what an environment is for |
| the defaults               |                                                                    |

Keys of a section begin with its name and two underscores: \`EXECUTION__MAX_RETRIES\`. Lists and objects are JSON:
\`SECURITY__CORS_ORIGINS=["https://app.example.com"]\`. An empty value counts as not set.

The service checks everything before it starts. It stops with one line per fault, which names the variable, what it got and what it takes;
a secret is never shown. A variable that begins like a key and is none is warned about, with the nearest key. \`wand config\` shows what the
environment comes to, \`wand config validate\` checks it; \`GET /config\` and \`GET /config/validate\` tell the same of a running service.

## Secrets in files

\`<KEY>_FILE\` names a file that holds the value of \`<KEY>\`, as orchestrators mount them: \`SECURITY__API_KEY_FILE=/run/secrets/api_key\`.
It works for every key and in every source, and takes the rank of the source that it stands in: in the process environment it wins over
\`<KEY>\` in \`.env\`. Both in one source are a fault. The file holds UTF-8 text of at most 1 MiB; one newline at its end does not count. A
file that is missing, empty or no file is a fault. Its content is shown in no fault.

## Changes while the service runs

Keys that are marked as reloadable can change without a restart, in \`ENVIRONMENT=development\`:

- when \`.env\` or \`config/development.env\` changes. The service reads all sources again, mounted files too, within a second. If
  anything is at fault, nothing changes and the log has a line per fault. What is not reloadable stays as it was; the log says what needs a
  restart.
- by \`PATCH /config\` with \`{ "<KEY>": <value> }\`. Everything in it is changed or, when one key cannot be, nothing. Such a change wins over
  all other sources until \`null\` takes it back; it is stored nowhere, so it ends with the process.

Each change is a line in the log, with the old value and the new one. \`GET /config\` says where each value comes from.

What a run goes by is settled when it is accepted and stands in its journal: retries, time-outs and concurrency hold for runs that are
started from then on. \`EXECUTION__MAX_CONCURRENT_RUNS\` holds at once: runs that wait begin when there is room, and no run is stopped when
there is too little. Streams keep the times that they were opened with.

In other environments change the values where they are set and restart: runs go on where they were.
`;

/** The text of `docs/configuration.md`: how configuration works, and every key. */
export function renderConfigurationPage(): string {
  const sections = [...Map.groupBy(CONFIG_KEYS, (key) => key.section ?? 'service')];
  return `${INTRODUCTION}\n${sections.map(([name, keys]) => sectionText(name, keys)).join('\n')}`;
}

function sectionText(name: string, keys: readonly ConfigKey[]): string {
  return `## ${name.charAt(0).toUpperCase()}${name.slice(1)}\n\n${keys.map(keyText).join('\n')}`;
}

function keyText(key: ConfigKey): string {
  return `### \`${key.env}\`\n\n${prose(key.description)}\n\n${prose(factsOf(key, code))}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Descriptions are plain text; in Markdown keys are set as code, and nothing else has a meaning. */
function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith('`') ? part : part.replace(/[*<>]/g, '\\$&').replace(/[A-Z][A-Z0-9_]+/g, keyAsCode),
    )
    .join('');
}

function keyAsCode(word: string): string {
  return findKey(word) === undefined ? word : code(word);
}
