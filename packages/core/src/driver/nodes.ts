import type { Handle, Node } from '../model/index.ts';
import type { CallOptions } from './options.ts';

/** The machines or devices of a target. */
export interface Nodes {
  list(handle: Handle | undefined, options?: CallOptions): AsyncIterable<Node>;
}
