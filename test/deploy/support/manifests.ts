import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { Container } from 'kubernetes-models/v1/Container';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import type { IService } from 'kubernetes-models/v1/Service';
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parse, parseAllDocuments } from 'yaml';

export interface Kinds {
  readonly ConfigMap: IConfigMap;
  readonly Deployment: IDeployment;
  readonly HorizontalPodAutoscaler: IHorizontalPodAutoscaler;
  readonly Job: IJob;
  readonly NetworkPolicy: INetworkPolicy;
  readonly PodDisruptionBudget: IPodDisruptionBudget;
  readonly PrometheusRule: IPrometheusRule;
  readonly ScaledObject: IScaledObject;
  readonly Service: IService;
  readonly ServiceAccount: IServiceAccount;
  readonly ServiceMonitor: IServiceMonitor;
  readonly StatefulSet: IStatefulSet;
}
export type ManifestObject = Kinds[keyof Kinds];
export type Labels = Readonly<Record<string, string>>;

/** What is read of a kustomization; a test holds that nothing else stands in one of ours. */
interface Kustomization {
  readonly namespace?: string;
  readonly resources: readonly string[];
  readonly components?: readonly string[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
}

export const KUSTOMIZE = 'deploy/kustomize';
export const MODES = ['single', 'fleet'] as const;
export type Mode = (typeof MODES)[number];

/** The objects in a stream of YAML documents. */
export function objectsIn(text: string): ManifestObject[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors[0] !== undefined) throw document.errors[0];
      return document.toJS() as ManifestObject | null;
    })
    .filter((object) => object !== null);
}

export function kustomizationIn(folder: string): Kustomization {
  return parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
}

function objectsOf(folder: string): ManifestObject[] {
  const { resources, components = [] } = kustomizationIn(folder);
  return [...resources, ...components].flatMap((path) =>
    path.endsWith('.yaml') ? objectsIn(readFileSync(join(folder, path), 'utf8')) : objectsOf(join(folder, path)),
  );
}

/** The objects of an overlay, without the help of kustomize. */
export function overlay(mode: Mode): ManifestObject[] {
  const folder = join(KUSTOMIZE, 'overlays', mode);
  const { namespace } = kustomizationIn(folder);
  return objectsOf(folder).map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
}

export function ofKind<Kind extends keyof Kinds>(objects: readonly ManifestObject[], kind: Kind): Kinds[Kind][] {
  return objects.filter((object) => object.kind === kind) as Kinds[Kind][];
}

export const nameOf = (object: ManifestObject): string => object.metadata?.name ?? '';

/** By kind and name, as they are compared: their order says nothing. */
export function byName(objects: readonly ManifestObject[]): Record<string, ManifestObject> {
  return Object.fromEntries(objects.map((object) => [`${object.kind} ${nameOf(object)}`, object]));
}

/** What makes pods: its name and their template. */
export interface Workload {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet' | 'Job';
  readonly template: IPodTemplateSpec;
  readonly labels: Labels;
  readonly container: Container;
}

export function workloads(objects: readonly ManifestObject[]): Workload[] {
  return [...ofKind(objects, 'Deployment'), ...ofKind(objects, 'StatefulSet'), ...ofKind(objects, 'Job')].map(
    (object) => {
      const template = object.spec?.template;
      const [container] = (template?.spec?.containers ?? []) as Container[];
      if (template === undefined || container === undefined) throw new Error(`${nameOf(object)} has no container`);
      return {
        name: nameOf(object),
        kind: object.kind,
        template,
        labels: template.metadata?.labels ?? {},
        container,
      };
    },
  );
}

/** Pods that live on and answer: all but those of jobs. */
export const servers = (objects: readonly ManifestObject[]): Workload[] =>
  workloads(objects).filter(({ kind }) => kind !== 'Job');

interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** Whether a selector takes a pod; of the operators only those that we use. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator !== 'In') throw new Error(`the operator ${operator} is not known here`);
      return values.includes(labels[key] ?? '');
    })
  );
}

/** The values that a container is given, by the name of the variable. */
export const environmentOf = ({ container }: Workload): Record<string, string> =>
  Object.fromEntries((container.env ?? []).map(({ name, value = '' }) => [name, value]));

/** What the schemas of Kubernetes, KEDA and the Prometheus operator say against them. */
export function faultsOf(objects: readonly ManifestObject[]): string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['test/deploy/support/object-faults.mjs'], {
    input: JSON.stringify(objects),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}
