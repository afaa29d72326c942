import type { Destino, Target } from '@destino/runtime';

/** The target object of `--json`. */
export function targetObject(destino: Destino, { config, revision, ...target }: Target): Record<string, unknown> {
  return { ...target, revision, config, capabilities: destino.drivers.get(target.kind)?.capabilities ?? {} };
}
