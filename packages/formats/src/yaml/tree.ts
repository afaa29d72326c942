import { isAlias, isMap, isScalar, isSeq, Scalar, visit, type Document, type Node } from 'yaml';
import type { Step } from '../text/field-path.ts';
import { fieldPath } from '../text/field-path.ts';
import { problemAt, type FormatProblem, type Span } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import { scalarText } from './scalar.ts';

/** A document as fields, lists and text, with aliases and merges resolved and the place of everything known. */
export type Tree =
  | { is: 'text'; scalar: Scalar; span: Span | undefined }
  | { is: 'list'; items: Tree[]; span: Span | undefined }
  | { is: 'fields'; fields: Map<string, { value: Tree; key: Span | undefined }>; span: Span | undefined };

/** Aliases may repeat much of a file, but not without end, and not nest without end. */
const mostNodes = 50_000;
const deepest = 200;

/** Builds the tree of a document; what cannot stand in it (double keys, keys that are no text) is a problem. */
export function treeOf(file: SourceFile, document: Document): { tree: Tree; problems: FormatProblem[] } {
  const builder = new TreeBuilder(file, document);
  const tree = builder.build(document.contents, []);
  return { tree, problems: builder.problems };
}

class TreeBuilder {
  readonly problems: FormatProblem[] = [];
  private readonly file: SourceFile;
  private readonly anchors: Map<Node, Node>;
  private readonly open = new Set<Node>();
  private left = mostNodes;

  constructor(file: SourceFile, document: Document) {
    this.file = file;
    this.anchors = aliasTargets(document);
  }

  build(node: Node | null, path: Step[]): Tree {
    if (isAlias(node)) return this.follow(node, path);
    if (node === null || this.exhausted(node, path)) return nothing(spanOf(node));
    if (isMap(node)) {
      const fields: Fields = new Map();
      for (const pair of node.items) this.addPair(fields, pair as Pair, path);
      return { is: 'fields', fields, span: spanOf(node) };
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.build(item as Node | null, [...path, index]));
      return { is: 'list', items, span: spanOf(node) };
    }
    return isScalar(node) ? { is: 'text', scalar: node, span: spanOf(node) } : nothing(spanOf(node));
  }

  /** An alias stands for its anchor's node, unless that holds the alias itself. */
  private follow(node: Node, path: Step[]): Tree {
    const target = this.anchors.get(node);
    if (target === undefined || this.open.has(target)) {
      this.report(node, path, 'yaml-alias', target === undefined ? 'this refers to an anchor that is not defined above' : 'this alias stands inside what it refers to');
      return nothing(spanOf(node));
    }
    this.open.add(target);
    const tree = this.build(target, path);
    this.open.delete(target);
    return tree;
  }

  private addPair(fields: Fields, { key, value }: Pair, path: Step[]): void {
    if (!isScalar(key)) return this.report(key, path, 'yaml-key', 'a field name must be text', templateHint);
    const name = scalarText(key);
    if (name === '<<' && key.type === 'PLAIN') return this.merge(fields, value, path);
    if (name === '__proto__') return this.report(key, [...path, name], 'yaml-key', 'a field cannot be called __proto__');
    const earlier = fields.get(name);
    if (earlier !== undefined && earlier.merged !== true) {
      const first = earlier.key === undefined ? '' : `; it stands in line ${this.file.lines.linePos(earlier.key[0]).line} already`;
      this.report(key, [...path, name], 'yaml-duplicate-key', `"${name}" stands here a second time${first}`, 'remove one of the two');
      return undefined;
    }
    fields.set(name, { value: this.build(value, [...path, name]), key: spanOf(key) });
    return undefined;
  }

  /** Fields written beside `<<` win over merged ones, and earlier merged ones over later, wherever they stand. */
  private merge(fields: Fields, value: Node | null, path: Step[]): void {
    const source = this.build(value, path);
    for (const each of source.is === 'list' ? source.items : [source]) {
      if (each.is !== 'fields') {
        this.report(value, path, 'yaml-merge', '<< takes an alias of a map, or a list of such');
        continue;
      }
      for (const [name, field] of each.fields) if (!fields.has(name)) fields.set(name, { ...field, merged: true });
    }
  }

  private exhausted(node: Node, path: Step[]): boolean {
    this.left = path.length > deepest ? Math.min(this.left, 0) - 1 : this.left - 1;
    if (this.left === -1) this.report(node, path, 'yaml-too-large', `aliases make this file more than ${mostNodes} values long`, 'repeat less');
    return this.left < 0;
  }

  private report(node: Node | null, path: Step[], code: string, message: string, hint?: string): void {
    this.problems.push(problemAt(this.file, spanOf(node), { path: fieldPath(path), code, message, hint }));
  }
}

type Pair = { key: Node | null; value: Node | null };
type Fields = Map<string, { value: Tree; key: Span | undefined; merged?: true }>;

const templateHint = 'a text that begins with { or [ needs quotes';

function spanOf(node: Node | null | undefined): Span | undefined {
  const range = node?.range;
  return range == null ? undefined : [range[0], range[1]];
}

function nothing(span: Span | undefined): Tree {
  return { is: 'text', scalar: emptyScalar, span };
}
const emptyScalar = Object.assign(new Scalar(''), { source: '', type: Scalar.PLAIN });

/** For each alias the node that last took its name before it, found in one walk. */
function aliasTargets(document: Document): Map<Node, Node> {
  const named = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = named.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) named.set(node.anchor, node);
    },
  });
  return targets;
}
