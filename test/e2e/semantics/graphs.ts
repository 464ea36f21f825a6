/** Terse graph bodies for the semantics suite: what a test does not name has its default. */
export interface NodeBody {
  readonly id: string;
  readonly type: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface EdgeBody {
  readonly from: string;
  readonly to: string;
  readonly [field: string]: unknown;
}

export interface GraphBody {
  readonly name: string;
  readonly nodes: readonly NodeBody[];
  readonly edges: readonly EdgeBody[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly sinks?: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** A node that succeeds with its params overlaid by its input. */
export const echo = (id: string, params: Fields = {}, fields: Fields = {}): NodeBody => ({
  id,
  type: 'agent.echo',
  params,
  ...fields,
});

/** A node that fails once, not to be retried. */
export const failing = (id: string, fields: Fields = {}): NodeBody => ({
  id,
  type: 'agent.transform',
  params: { expression: `$error("${id} broke")` },
  ...fields,
});

/** A node that needs `text`. */
export const needsText = (id: string, fields: Fields = {}): NodeBody => ({ id, type: 'agent.analyze', ...fields });

export const edge = (from: string, to: string, fields: Fields = {}): EdgeBody => ({ from, to, ...fields });

export const graph = (
  nodes: readonly NodeBody[],
  edges: readonly EdgeBody[] = [],
  fields: { readonly options?: Fields; readonly sinks?: readonly string[] } = {},
): GraphBody => ({ name: 'semantics', nodes, edges, ...fields });
