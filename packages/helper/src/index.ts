export { helperScript } from './script.ts';
export type { HelperScript } from './script.ts';
export { blankRecord, endCauses, parseRecord } from './record.ts';
export type { EndCause, JobRecord } from './record.ts';
export { bootPrefix, parseTicket, ticketName } from './ticket.ts';
export type { Ticket } from './ticket.ts';
export { isPlainVariable, startScript } from './start-script.ts';
export type { StartScript } from './start-script.ts';
export { quoteShell } from './quote-shell.ts';
