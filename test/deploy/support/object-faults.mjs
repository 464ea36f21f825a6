/**
 * What is wrong with Kubernetes objects by the schemas of their kinds: reads a JSON array of them, writes one of faults. Run by plain
 * Node, as the packages with the schemas are made for that.
 */
import { text } from 'node:stream/consumers';

const BUILT_IN = 'kubernetes-models';
const DEFINED = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

const faults = [];
for (const object of JSON.parse(await text(process.stdin))) {
  const { apiVersion, kind, metadata } = object;
  const Model = (await import(`${DEFINED[apiVersion.split('/')[0]] ?? BUILT_IN}/${apiVersion}/${kind}`))[kind];
  try {
    new Model(object).validate();
  } catch (error) {
    faults.push(`${kind} ${metadata.name}: ${error.message}`);
  }
}
process.stdout.write(JSON.stringify(faults));
