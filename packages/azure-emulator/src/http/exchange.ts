/** Who asks, once its token has been read. */
export type Principal = { clientId: string; objectId: string; role: 'Owner' | 'Contributor' | 'Reader' | 'None' };

/** One request, its body read. */
export type Asked = {
  method: string;
  /** Without the query, decoded by segment only where a route takes parameters out of it. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string>>;
  text: string;
  /** The body as JSON; `undefined` when there is none, or none that is JSON. */
  body: unknown;
  /** `https://127.0.0.1:PORT` as the caller wrote it; what links in answers begin with. */
  origin: string;
  params: Readonly<Record<string, string>>;
  principal?: Principal;
};

/** `body` is sent as JSON; a string or bytes as they are. */
export type Answer = { status: number; headers?: Readonly<Record<string, string>>; body?: unknown };

export type Route = {
  method: string;
  /** With `{name}` for a segment and `{name*}` for all that follows. Case does not matter, as in ARM. */
  path: string;
  /** As in Microsoft's description where there is one: `ContainerGroups_Get`. Faults may name it. */
  operation: string;
  /** Which api-versions are answered. `none`: a data plane, with tokens but without versions. Absent: the route is no part of ARM and needs no token. */
  apiVersions?: readonly string[] | 'any' | 'none';
  handle(asked: Asked): Answer | Promise<Answer>;
};

export const noContent: Answer = { status: 204 };

/** The body as an object; `{}` where there is none. */
export function objectBody(asked: Asked): Record<string, unknown> {
  return isRecord(asked.body) ? asked.body : {};
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
