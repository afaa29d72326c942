/** Whether a version, `3.11.2`, is one of those that pip's words admit: `==3.10.*`, `>=3.8,<3.11`, `~=3.9`, `!=3.9.1`. */
export function admitsPython(specifier: string, version: string): boolean {
  return specifier.split(',').every((part) => admitsOne(part.trim(), version));
}

function admitsOne(part: string, version: string): boolean {
  const match = /^(===|==|>=|<=|~=|!=|<|>)?\s*(\d+(?:\.\d+)*)(\.\*)?/.exec(part);
  if (match === null) return part === '';
  const [, operator = '==', wanted = '', any] = match;
  const order = compare(version, wanted);
  const begins = `${version}.`.startsWith(`${wanted}.`);
  switch (operator) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '~=':
      return order >= 0 && `${version}.`.startsWith(`${wanted.replace(/\.\d+$/, '')}.`);
    case '!=':
      return any === undefined ? order !== 0 : !begins;
    default:
      return any === undefined ? order === 0 : begins;
  }
}

function compare(left: string, right: string): number {
  const [a, b] = [left, right].map((text) => text.split('.').map(Number));
  for (let index = 0; index < Math.max(a?.length ?? 0, b?.length ?? 0); index += 1) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
