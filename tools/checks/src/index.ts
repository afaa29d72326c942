export { isRing, type Ring, ringOf, rings } from './rings.ts';
export { type AllowedSkip, readAllowedSkips, unexplainedSkips } from './skips.ts';
