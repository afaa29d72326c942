type Json = Record<string, unknown>;

/** Where an answer lacks what the example has: a property, or the same JSON type. Values and additions are free. */
export function shapeProblems(example: unknown, answer: unknown, path = 'body'): string[] {
  if (example === null || example === undefined) return [];
  if (Array.isArray(example)) {
    if (!Array.isArray(answer)) return [`${path} is no list`];
    if (example.length === 0) return [];
    if (answer.length === 0) return [`${path} is empty`];
    const wanted: unknown[] = example;
    const [first]: unknown[] = wanted;
    // The one that fits best speaks for all.
    return answer.map((each: unknown) => shapeProblems(first, each, `${path}[]`)).toSorted((a, b) => a.length - b.length)[0] ?? [];
  }
  if (typeof example === 'object') {
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return [`${path} is no object`];
    // A next link is there when there is more; that is for the number of things to say, not for the example; tags are the caller's words.
    return Object.entries(example as Json).filter(([name]) => name !== 'nextLink').flatMap(([name, each]) => name === 'tags' && typeof (answer as Json)['tags'] === 'object' ? [] : (each === null || name in answer ? shapeProblems(each, (answer as Json)[name], `${path}.${name}`) : [`${path}.${name} is missing`]));
  }
  return typeof example === typeof answer ? [] : [`${path} is ${answer === undefined ? 'missing' : `a ${typeof answer}`}, not a ${typeof example}`];
}
