import ts from 'typescript';
import type { ManifestObject } from './manifests.js';

const DEFINED: Readonly<Record<string, string>> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};
/** Inside the repository, so that its packages are found. */
const FILE = 'test/deploy/objects-as-literals.ts';

/**
 * What TypeScript says against the objects, written as literals of their types: a field that a kind does not have is an error there,
 * while the schemas of Kubernetes let it pass and a cluster drops it.
 */
export function unknownFields(objects: readonly ManifestObject[]): string[] {
  const source = objects
    .map((object, index) => {
      const { apiVersion, kind } = object;
      const module = `${DEFINED[apiVersion.split('/')[0] ?? ''] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
      return `import type { I${kind} as Type${index} } from '${module}';\nexport const object${index}: Type${index} = ${JSON.stringify(object)};`;
    })
    .join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name.endsWith(FILE) || fileExists(name);
  host.readFile = (name) => (name.endsWith(FILE) ? source : readFile(name));
  host.getSourceFile = (name, languageOptions, ...rest) =>
    name.endsWith(FILE)
      ? ts.createSourceFile(name, source, languageOptions)
      : getSourceFile(name, languageOptions, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([FILE], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
