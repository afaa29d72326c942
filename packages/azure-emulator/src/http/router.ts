import type { Route } from './exchange.ts';

type Compiled = { route: Route; pattern: RegExp; names: readonly string[]; weight: number };

export type Routed = { route: Route; params: Record<string, string> } | { allowed: readonly string[] } | undefined;

export interface Router {
  /** The route and what it takes out of the path; the methods there are where only the method is wrong. */
  find(method: string, path: string): Routed;
}

/** Of several routes that fit, the one with the fewest placeholders wins. */
export function createRouter(routes: readonly Route[]): Router {
  const compiled = routes.map(compile).sort((a, b) => a.weight - b.weight);
  return {
    find: (method, path) => {
      const fitting = compiled.filter(({ pattern }) => pattern.test(path));
      const found = fitting.find(({ route }) => route.method === method);
      if (found === undefined) return fitting.length === 0 ? undefined : { allowed: fitting.map(({ route }) => route.method) };
      const values = found.pattern.exec(path)?.slice(1) ?? [];
      return { route: found.route, params: Object.fromEntries(found.names.map((name, index) => [name, decodeURIComponent(values[index] ?? '')])) };
    },
  };
}

function compile(route: Route): Compiled {
  const names: string[] = [];
  let weight = 0;
  const source = route.path
    .split('/')
    .map((segment) => {
      const place = /^\{(\w+)(\*?)\}$/.exec(segment);
      if (place === null) return segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(place[1] ?? '');
      weight += place[2] === '*' ? 100 : 1;
      return place[2] === '*' ? '(.+)' : '([^/]+)';
    })
    .join('/');
  return { route, pattern: new RegExp(`^${source}/?$`, 'i'), names, weight };
}
