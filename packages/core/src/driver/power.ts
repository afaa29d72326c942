import type { Handle } from '../model/index.ts';
import type { EffectOptions } from './options.ts';

/** Starting and stopping what keeps its identity. Both return at once. */
export interface Power {
  start(handle: Handle, options: EffectOptions): Promise<void>;
  stop(handle: Handle, options: EffectOptions): Promise<void>;
}
