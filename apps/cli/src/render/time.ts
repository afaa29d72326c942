const units: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
];

/** A length of time for people: `0.4 s`, `12 s`, `3 min`, `2 h`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  for (const [name, size] of units) if (seconds >= size * 1.5) return `${Math.round(seconds / size)} ${name}`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

export function agoText(iso: string | undefined, nowMs: number): string {
  return iso === undefined ? '' : `${durationText(nowMs - Date.parse(iso))} ago`;
}

/** How long a job took, or has taken so far. */
export function spanText(from: string | undefined, to: string | undefined, nowMs: number): string {
  if (from === undefined) return '';
  return durationText((to === undefined ? nowMs : Date.parse(to)) - Date.parse(from));
}
