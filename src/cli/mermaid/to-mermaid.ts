import {
  type EdgeDefinition,
  type GraphDefinition,
  type NodeDefinition,
  INPUT_SOURCE,
} from '../../executor/core/index.js';
import { conditionText } from './condition-text.js';

const INPUT_ID = 'run_input';
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['"', '#quot;'],
  ['#', '#35;'],
  ['&', '#amp;'],
  ['<', '#lt;'],
  ['>', '#gt;'],
  ['`', '#96;'],
  ['|', '#124;'],
]);

/** The graph as a Mermaid flowchart: one line per node and per edge, in spec order. Ends with a line feed. */
export function toMermaid(graph: GraphDefinition): string {
  const ids = mermaidIds(graph.nodes);
  const sinks = new Set(graph.sinks ?? []);
  const hasInput = graph.edges.some((edge) => edge.from === INPUT_SOURCE);
  const idOf = (node: string): string => (node === INPUT_SOURCE ? INPUT_ID : (ids.get(node) ?? node));
  const lines = [
    'flowchart LR',
    ...(hasInput ? [`${INPUT_ID}([${quoted([INPUT_SOURCE])}])`] : []),
    ...graph.nodes.map((node) => nodeLine(node, idOf(node.id), sinks.has(node.id))),
    ...graph.edges.map((edge) => edgeLine(edge, idOf)),
    ...(sinks.size > 0 ? ['classDef sink stroke-width:3px'] : []),
    ...(graph.nodes.some((node) => node.optional) ? ['classDef optional stroke-dasharray:5 5'] : []),
  ];
  return `${lines.map((line, index) => (index === 0 ? line : `    ${line}`)).join('\n')}\n`;
}

/** Ids that no Mermaid keyword or arrow can be confused with: a prefix, and no dashes. */
function mermaidIds(nodes: readonly NodeDefinition[]): ReadonlyMap<string, string> {
  const taken = new Set<string>([INPUT_ID]);
  return new Map(
    nodes.map(({ id }) => {
      const plain = `n_${id.replaceAll('-', '_')}`;
      let unique = plain;
      for (let count = 2; taken.has(unique); count++) unique = `${plain}_${count}`;
      taken.add(unique);
      return [id, unique];
    }),
  );
}

function nodeLine(node: NodeDefinition, id: string, isSink: boolean): string {
  const text = [node.label ?? node.id, node.type, ...(node.join === 'all' ? [] : [`join: ${node.join}`])];
  const classes = [...(isSink ? ['sink'] : []), ...(node.optional ? ['optional'] : [])];
  return `${id}[${quoted(text)}]${classes.map((name) => `:::${name}`).join('')}`;
}

function edgeLine(edge: EdgeDefinition, idOf: (node: string) => string): string {
  const words = [
    ...(edge.on === 'success' ? [] : [`on ${edge.on}`]),
    ...(edge.cond === undefined ? [] : [`if ${conditionText(edge.cond)}`]),
    ...(edge.else ? ['else'] : []),
    ...(edge.group === undefined ? [] : [`group ${edge.group}`]),
  ];
  const label = words.length === 0 ? '' : `|${quoted(words)}|`;
  return `${idOf(edge.from)} ${edge.on === 'failure' ? '-.->' : '-->'}${label} ${idOf(edge.to)}`;
}

function quoted(lines: readonly string[]): string {
  return `"${lines.map(escapeText).join('<br/>')}"`;
}

function escapeText(text: string): string {
  return text.replace(/["#&<>`|]/g, (character) => ENTITIES.get(character) ?? character).replace(/\s+/g, ' ');
}
