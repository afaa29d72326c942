/** A place in a machine's queue. All of it stands in the name of an empty file, so that one listing tells the queue. */
export type Ticket = {
  /** First come, first served: nanoseconds of a clock that all processes of the machine share. */
  order: bigint;
  key: string;
  cores: number;
  memoryBytes: number;
  gpus: number;
  /** A ticket of an earlier boot is void. */
  bootId: string;
};

const mebibyte = 1_048_576;
const orderDigits = 20;
const bootDigits = 8;
const pattern = /^(\d+)\.([a-z][a-z2-7]{25})\.(\d+)\.(\d+)\.(\d+)\.([^.]+)$/;

export function ticketName(ticket: Ticket): string {
  const cores = Math.max(1, Math.round(ticket.cores * 1000));
  const memory = Math.ceil(ticket.memoryBytes / mebibyte);
  const order = String(ticket.order).padStart(orderDigits, '0');
  return [order, ticket.key, cores, memory, ticket.gpus, bootPrefix(ticket.bootId)].join('.');
}

/** Reads a ticket's name; `undefined` for a file that is none. `bootId` is the prefix that the name holds. */
export function parseTicket(name: string): Ticket | undefined {
  const parts = pattern.exec(name);
  if (parts === null) return undefined;
  const [, order = '0', key = '', cores, memory, gpus, bootId = ''] = parts;
  return {
    order: BigInt(order),
    key,
    cores: Number(cores) / 1000,
    memoryBytes: Number(memory) * mebibyte,
    gpus: Number(gpus),
    bootId,
  };
}

export function bootPrefix(bootId: string): string {
  return bootId.slice(0, bootDigits).replaceAll('.', '-');
}
