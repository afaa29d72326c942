import type { OwnedThing } from '../model/index.ts';
import type { CallOptions } from './options.ts';

/** What carries our owner's mark, parts included, so that what nobody owns can be found and removed. */
export interface Owned {
  list(options?: CallOptions): AsyncIterable<OwnedThing>;
  /** Idempotent; absent is fine. @throws `conflict` for a thing of another owner. */
  remove(thing: OwnedThing, options?: CallOptions): Promise<void>;
}
