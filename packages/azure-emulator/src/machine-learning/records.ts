import { page } from '../arm/paging.ts';
import { ArmFault } from '../arm/fault.ts';
import { isRecord, noContent, objectBody, type Answer, type Asked, type Route } from '../http/exchange.ts';
import type { Resource } from '../state/resource-store.ts';
import { isSeen, visible, type World } from '../world.ts';
import { apiVersions, workspacePath, workspaceType } from './names.ts';
import { authorOf, requireParent, systemData, userError, workspaceId, type Author } from './parents.ts';

export type Properties = Record<string, unknown>;

/** A kind of thing that a workspace keeps as it was written. */
export type RecordKind = {
  /** `environments/{name}/versions/{version}`: names and placeholders in turn. */
  path: string;
  /** `EnvironmentVersions`. */
  operations: string;
  /** Refuses what the service would, and fills in its defaults. */
  accept(properties: Properties, before: Properties | undefined): Properties;
  /** What is told of it. */
  tell(properties: Properties, resource: Resource): Properties;
  /** Whether a list with these parameters shows it. */
  shows?(properties: Properties, query: URLSearchParams): boolean;
  /** Names that the service makes itself are not looked at. */
  anyName?: boolean;
  /** What a creation is answered with. Default 201. */
  createdStatus?: number;
  /** After it was written. */
  kept?(resource: Resource): void;
};

const namePattern = /^[a-zA-Z0-9][\w.-]{0,254}$/;

export function recordType({ path }: Pick<RecordKind, 'path'>): string {
  return [workspaceType, ...path.split('/').filter((_, index) => index % 2 === 0)].join('/');
}

export function recordId(asked: Asked, path: string): string {
  return `${workspaceId(asked)}/${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => asked.params[name] ?? '')}`;
}

export function recordProperties(resource: Resource): Properties {
  return isRecord(resource.body['properties']) ? resource.body['properties'] : {};
}

type Hidden = { created: Author; changed: Author };

export function recordView(kind: RecordKind, resource: Resource): unknown {
  const { id, name, type, hidden } = resource;
  const { created, changed } = hidden as Hidden;
  return { id, name, type, properties: kind.tell(recordProperties(resource), resource), systemData: systemData(created, changed) };
}

/** Writes a record as the service itself would. */
export function keepRecord(world: World, kind: RecordKind, id: string, properties: Properties, author: Author): Resource {
  const before = world.store.get(id);
  const parts = id.split('/');
  const hidden: Hidden = { created: before === undefined ? author : (before.hidden as Hidden).created, changed: author };
  const made = world.store.put({ id, type: recordType(kind), subscription: parts[2] ?? '', group: parts[4] ?? '', name: parts.at(-1) ?? '', createdMs: before?.createdMs ?? world.clock.nowMs(), body: { properties }, hidden });
  kind.kept?.(made);
  return made;
}

/** PUT, GET, DELETE and list of one kind. */
export function recordRoutes(world: World, kind: RecordKind): Route[] {
  const { path, operations } = kind;
  const one = `${workspacePath}/${path}`;
  const many = one.slice(0, one.lastIndexOf('/'));
  const route = (method: string, where: string, verb: string, handle: Route['handle']): Route => ({ method, path: where, operation: `${operations}_${verb}`, apiVersions, handle });
  return [
    route('PUT', one, 'CreateOrUpdate', (asked) => put(world, kind, asked)),
    route('GET', one, 'Get', (asked) => ({ status: 200, body: recordView(kind, requireRecord(world, kind, asked)) })),
    route('DELETE', one, 'Delete', (asked) => {
      requireParent(world, asked);
      return world.store.delete(recordId(asked, path)) ? { status: 200 } : noContent;
    }),
    route('GET', many, 'List', (asked) => {
      requireParent(world, asked);
      const prefix = `${recordId(asked, path.slice(0, path.lastIndexOf('/')))}/`.toLowerCase();
      const all = world.store.list((each) => each.type === recordType(kind) && each.id.toLowerCase().startsWith(prefix) && isSeen(world, each) && (kind.shows?.(recordProperties(each), asked.query) ?? isListed(recordProperties(each), asked.query)));
      return page(asked, all.map((each) => recordView(kind, each)), world.pageSize);
    }),
  ];
}

/** Archived things are shown only to who asks for them. */
export function isListed(properties: Properties, query: URLSearchParams): boolean {
  const archived = properties['isArchived'] === true;
  const wanted = query.get('listViewType') ?? 'ActiveOnly';
  return wanted === 'All' || archived === (wanted === 'ArchivedOnly');
}

/** @throws `UserError` 404 as the service words it. */
export function requireRecord(world: World, kind: Pick<RecordKind, 'path'>, asked: Asked): Resource {
  requireParent(world, asked);
  const id = recordId(asked, kind.path);
  const found = visible(world, id);
  if (found === undefined) throw userError(`Could not find asset with ID: ${id}`, 404);
  return found;
}

function put(world: World, kind: RecordKind, asked: Asked): Answer {
  requireParent(world, asked);
  const id = recordId(asked, kind.path);
  const wrong = kind.anyName === true ? undefined : kind.path.match(/\{\w+\}/g)?.map((each) => asked.params[each.slice(1, -1)] ?? '').find((each) => !namePattern.test(each));
  if (wrong !== undefined) throw userError(`'${wrong}' is no valid name: it begins with a letter or a digit and holds letters, digits, '-', '_' and '.', 255 at most.`);
  const { properties } = objectBody(asked);
  if (!isRecord(properties)) throw new ArmFault(400, 'InvalidRequestContent', `The request content was invalid: 'properties' is missing.`);
  const before = world.store.get(id);
  const accepted = kind.accept(properties, before === undefined ? undefined : recordProperties(before));
  const made = keepRecord(world, kind, id, accepted, authorOf(asked, world.clock.nowMs()));
  return { status: before === undefined ? (kind.createdStatus ?? 201) : 200, body: recordView(kind, made) };
}
