/**
 * Writes what the service is made of as a CycloneDX document: `npm run sbom` prints it, `npm run sbom -- <file>` writes the file. It
 * lists the packages of an installation without development dependencies, each with its licence and its SHA-512, from package-lock.json.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const ARGS = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
const DEVELOPMENT = 'cdx:npm:package:development';
const FOLDER = 'node_modules/';

const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
const document = JSON.parse(execFileSync('npm', ARGS, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));
// npm calls the application by the name of the folder that it happens to stand in.
document.metadata.component.name = name;

// A version that is there twice counts as a development dependency for npm if one of the two is, and --omit=dev leaves both out.
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const installed = new Set(
  Object.entries(packages)
    .filter(([, { dev }]) => dev !== true)
    .map(([path, { version }]) => `${path.slice(path.lastIndexOf(FOLDER) + FOLDER.length)}@${version}`),
);
document.components = document.components
  .filter((component) => installed.has(`${component.name}@${component.version}`))
  .map((component) => ({
    ...component,
    scope: isMarked(component) ? 'required' : component.scope,
    properties: component.properties.filter((property) => property.name !== DEVELOPMENT),
  }));
const refs = new Set([document.metadata.component, ...document.components].map((component) => component['bom-ref']));
document.dependencies = document.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) }));

const text = `${JSON.stringify(document, null, 2)}\n`;
const [file] = process.argv.slice(2);
if (file === undefined) process.stdout.write(text);
else writeFileSync(file, text);

function isMarked({ properties }) {
  return properties.some((property) => property.name === DEVELOPMENT);
}
