/** One step into a document: a field's name or an index of a list. */
export type Step = string | number;

/** `inputs.lr`, `jobs[0].name`, `tags["destino.retry"]`: how a field is named in messages and in `--set`. */
export function fieldPath(steps: readonly Step[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    if (!/^[^\s."[\]=]+$/.test(step)) return `${path}[${JSON.stringify(step)}]`;
    return path === '' ? step : `${path}.${step}`;
  }, '');
}

/**
 * The steps of a written path. Throws nothing: an unreadable path answers undefined.
 * @example parseFieldPath('a[0].b') is ['a', 0, 'b']
 */
export function parseFieldPath(path: string): Step[] | undefined {
  const steps: Step[] = [];
  const token = /\.?(?:\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|"((?:[^"\\]|\\.)*)"|([^\s."[\]=]+))/gy;
  while (token.lastIndex < path.length) {
    const match = token.exec(path);
    if (match === null) return undefined;
    const [, index, bracketed, quoted, plain] = match;
    if (index !== undefined) steps.push(Number(index));
    else steps.push((bracketed ?? quoted)?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '');
  }
  return steps.length === 0 ? undefined : steps;
}
