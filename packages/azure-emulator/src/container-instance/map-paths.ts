/**
 * Puts `to` for `from` wherever `from` stands as a path of its own: `/data` in `ls /data/in` and in `A=/data`, not in
 * `/mydata` and not in `http://host/data`.
 */
export function mapPaths(text: string, places: readonly { from: string; to: string }[]): string {
  const ordered = places.toSorted((a, b) => b.from.length - a.from.length);
  if (ordered.length === 0) return text;
  const any = ordered.map(({ from }) => from.replace(/\/+$/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?<![\\w./:-])(?:${any})(?![\\w.-])`, 'g');
  return text.replace(pattern, (found) => ordered.find(({ from }) => from.replace(/\/+$/, '') === found)?.to ?? found);
}
