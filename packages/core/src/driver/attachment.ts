import type { Handle } from '../model/index.ts';
import type { CallOptions, EffectOptions } from './options.ts';

/** For targets that exist already. */
export interface Attachment {
  attach(options: EffectOptions): Promise<{ handle: Handle }>;
  /** Lets go. Destroys nothing; idempotent. */
  detach(handle: Handle, options?: CallOptions): Promise<void>;
}
