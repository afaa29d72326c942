import type { RemoteSettings } from './settings.ts';
import type { Truth } from './truth.ts';

/** What every part of the world shares. */
export type WorldPart = { nowMs: () => number; settings: RemoteSettings; truth: Truth };
