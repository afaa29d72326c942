/** More steps than any system follows: it goes round in circles then, which leads nowhere, so not out. */
const mostSteps = 255;

/**
 * Whether following the symbolic link at `path` would leave the folder, at any step, through whichever other links of
 * the folder it passes. `links` maps paths to targets. What is no link counts as a folder, also when it is absent:
 * somebody may create it later. Targets from the root of a file system, and those with a drive, lead out.
 */
export function linkLeadsOut(links: ReadonlyMap<string, string>, path: string): boolean {
  const todo = path.split('/').reverse();
  const done: string[] = [];
  let steps = 0;
  while (todo.length > 0) {
    const part = todo.pop();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      if (done.length === 0) return true;
      done.pop();
      continue;
    }
    done.push(part);
    const target = links.get(done.join('/'));
    if (target === undefined) continue;
    if (target.startsWith('/') || /^([a-zA-Z]:|\\)/.test(target)) return true;
    steps += 1;
    if (steps > mostSteps) return false;
    done.pop();
    todo.push(...target.split('/').reverse());
  }
  return false;
}
