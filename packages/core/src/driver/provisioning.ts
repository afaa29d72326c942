import type { Handle, TargetInspection, TargetPlan } from '../model/index.ts';
import type { CallOptions, EffectOptions } from './options.ts';

/** For targets that Destino makes and destroys. */
export interface Provisioning {
  /** What would change, against what quota, at what price. Reads only. */
  plan(handle: Handle | undefined, options?: CallOptions): Promise<TargetPlan>;
  /** Begins to make it. @throws `conflict` where something without our key holds the name (hint: attach it). */
  provision(options: EffectOptions): Promise<{ handle: Handle }>;
  update?(handle: Handle, options: EffectOptions): Promise<{ handle: Handle }>;
  inspect(handle: Handle, options?: CallOptions): Promise<TargetInspection>;
  /** Re-reads, and refuses with `conflict` what does not carry our owner's mark. Idempotent; absent is fine. */
  deprovision(handle: Handle, options: EffectOptions): Promise<void>;
}
