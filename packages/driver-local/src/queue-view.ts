import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Reason } from '@destino/core/model';
import { bootPrefix, parseTicket, type Ticket } from '@destino/helper';
import { parseAbout } from './about.ts';
import { jobFiles, type Layout } from './layout.ts';
import type { Machine } from './machine.ts';
import { errnoOf } from './map-error.ts';
import { readRecord } from './record-file.ts';

export type Capacity = { cores: number; memoryBytes: number; gpus: readonly number[] };

export type Place = { reasons: Reason[]; before: number };

/** The machine's queue at one instant, all workspaces of the account. */
export type QueueView = {
  /** Why the job waits, never empty; `undefined` when it has no ticket. */
  place(key: string): Place | undefined;
};

const namesShown = 5;

type Queue = { held: readonly Ticket[]; waiting: readonly Ticket[] };

export function readQueue(places: Layout, machine: Machine, capacity: Capacity): QueueView {
  const queue: Queue = sortOut(readTickets(places, machine), places, machine);
  const positions = new Map(queue.waiting.map(({ key }, index) => [key, index] as const));
  const names = new Map<string, string>();
  const name = (ticket: Ticket): string => remember(names, ticket.key, () => nameOf(ticket.key, places));
  return {
    place: (key) => {
      const before = positions.get(key);
      const ticket = before === undefined ? undefined : queue.waiting[before];
      if (before === undefined || ticket === undefined) return undefined;
      const reasons = shortages(ticket, queue.held, capacity, name);
      const behind = before === 0 ? [] : [{ code: 'behind', text: `${before} before it in the queue: ${listNames(queue.waiting.slice(0, before), name)}` }];
      return { before, reasons: [...reasons, ...behind] };
    },
  };
}

function remember(known: Map<string, string>, key: string, find: () => string): string {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
}

/** Tickets of jobs that run, and of those that have not begun; what has ended needs neither. */
function sortOut(tickets: readonly Ticket[], places: Layout, machine: Machine): Queue {
  const held: Ticket[] = [];
  const waiting: Ticket[] = [];
  for (const ticket of tickets) {
    const record = readRecord(jobFiles(join(places.jobs, ticket.key)).record);
    if (record === undefined || record.ended !== undefined) continue;
    const lives = [record.claimed, record.running].some((process) => process !== undefined && machine.alive(process.pid, process.start));
    if (record.claimed === undefined) waiting.push(ticket);
    else if (lives) held.push(ticket);
  }
  return { held, waiting };
}

function readTickets(places: Layout, machine: Machine): Ticket[] {
  let names: string[];
  try {
    names = readdirSync(places.queue).toSorted();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  const boot = bootPrefix(machine.bootId);
  return names.flatMap((name) => parseTicket(name) ?? []).filter((ticket) => ticket.bootId === boot);
}

function shortages(ticket: Ticket, held: readonly Ticket[], capacity: Capacity, name: Naming): Reason[] {
  if (held.length === 0) return [{ code: 'starting', text: 'its turn has come: it is about to start' }];
  const kinds = [
    { code: 'cores', unit: 'cores', want: ticket.cores, all: capacity.cores, of: (other: Ticket) => other.cores },
    { code: 'memory', unit: 'bytes of memory', want: ticket.memoryBytes, all: capacity.memoryBytes, of: (other: Ticket) => other.memoryBytes },
    { code: 'gpus', unit: 'graphics processors', want: ticket.gpus, all: capacity.gpus.length, of: (other: Ticket) => other.gpus },
  ];
  const short = kinds.flatMap(({ code, unit, want, all, of }) => {
    const taken = held.reduce((sum, other) => sum + of(other), 0);
    if (want <= all - taken) return [];
    const who = listNames(held.filter((other) => of(other) > 0), name);
    return [{ code: `waits-for-${code}`, text: `waits for ${want} ${unit}: ${taken} of ${all} are held by ${who}`, fix: `wait, or end one of them: destino job cancel NAME` }];
  });
  return short.length > 0 ? short : [{ code: 'turn', text: 'waits for its turn' }];
}

type Naming = (ticket: Ticket) => string;

function listNames(tickets: readonly Ticket[], name: Naming): string {
  const names = tickets.slice(0, namesShown).map(name);
  const more = tickets.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}

function nameOf(key: string, places: Layout): string {
  try {
    const about = parseAbout(readFileSync(jobFiles(join(places.jobs, key)).about, 'utf8'));
    return about === undefined ? key : `${about.name} (workspace ${about.owner.workspace})`;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return key;
    throw error;
  }
}
