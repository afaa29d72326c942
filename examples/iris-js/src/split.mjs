/** Every fifth row of each kind is held back, so that each run measures on the same flowers. */
export function split(rows) {
  const seen = new Map();
  const kept = [];
  const heldBack = [];
  for (const row of rows) {
    const count = seen.get(row.kind) ?? 0;
    seen.set(row.kind, count + 1);
    (count % 5 === 4 ? heldBack : kept).push(row);
  }
  return { kept, heldBack };
}
