import type { Destino } from '@destino/runtime';
import type { Listing } from '@destino/runtime/listing';
import type { CommandContext, Signals } from './command-context.ts';
import { agentCommand } from './agent-command.ts';
import { exitCodes } from './exit-code.ts';
import { Console } from './render/console.ts';

export type OpenContext = CommandContext & { close(): Promise<void> };

const leavesAfterMs = 2_000;

/** A plugin that is missing is told of, never passed over. */
function tellUnloaded(console: Console, { drivers }: Destino): void {
  for (const { error } of drivers.plugins) {
    if (error === undefined) continue;
    console.alert(`${console.style('yellow', '!')} ${error.message}`);
    if (error.hint !== undefined) console.alert(`  do:  ${error.hint}`);
  }
}

/** What the options of every command say. */
export function createContext(options: Readonly<Record<string, unknown>>): OpenContext {
  const { env: variables } = process;
  const debug = options['debug'] === true;
  const output = options['output'];
  const console = new Console({ json: options['json'] === true || output === 'json', quiet: options['quiet'] === true, names: output === 'name', color: wantsColor(options, variables) });
  const workspace = typeof options['workspace'] === 'string' ? options['workspace'] : undefined;
  const which = { variables, ...(workspace !== undefined && { workspace }) };
  let opened: Destino | undefined;
  let listing: Listing | undefined;
  let isLeft = false;
  let leavesAfter = false;
  return {
    console,
    variables,
    workspace,
    debug,
    signals: createSignals(),
    async open({ reconcile = true, tellPlugins = true } = {}) {
      if (opened !== undefined) return opened;
      const { createDestino, createLineLogger } = await import('@destino/runtime');
      const ask = console.isTerminal && !console.json ? (await import('./render/ask.ts')).createAsk() : undefined;
      opened = await createDestino({
        role: 'cli',
        agentCommand,
        ...which,
        ...(debug && { logger: createLineLogger('debug', (line) => console.alert(line.trimEnd()), () => Date.now()) }),
        ...(ask !== undefined && { ask: async ({ text, choices }) => await ask(text, choices) }),
      });
      if (tellPlugins) tellUnloaded(console, opened);
      if (opened.drivers.plugins.length > 0) leavesAfter = true;
      if (reconcile) isLeft = await opened.reconcile();
      return opened;
    },
    async openListing() {
      const { openListing } = await import('@destino/runtime/listing');
      listing = await openListing(which);
      if (await listing.needsEngine()) await this.open();
      return listing;
    },
    async close() {
      // Somebody's agent was killed, or never came up: what is unfinished gets one again.
      if (isLeft) await opened?.bringUpAgent();
      await listing?.[Symbol.asyncDispose]();
      await opened?.[Symbol.asyncDispose]();
      // A plugin may have left a timer or a socket open; a command that is done does not wait for it.
      if (leavesAfter) setTimeout(() => process.exit(), leavesAfterMs).unref();
    },
  };
}

/** Colours where a person looks on, unless somebody said otherwise. */
function wantsColor(options: Readonly<Record<string, unknown>>, variables: NodeJS.ProcessEnv): boolean {
  if (options['color'] === false || (variables['NO_COLOR'] ?? '') !== '' || variables['TERM'] === 'dumb') return false;
  if ((variables['FORCE_COLOR'] ?? '') !== '') return variables['FORCE_COLOR'] !== '0';
  return process.stdout.isTTY && process.stderr.isTTY;
}

/** Without a handler a signal ends the process, as it would by itself, but with the code of what was left undone. */
function createSignals(): Signals {
  return {
    handle(handler) {
      let count = 0;
      const on = (name: 'SIGINT' | 'SIGTERM') => (): void => {
        count += 1;
        // Somebody who goes on asking wants out, whatever is still being tidied.
        if (count > 4) process.exit(exitCodes.running);
        handler(name, count);
      };
      const [interrupt, terminate] = [on('SIGINT'), on('SIGTERM')];
      process.on('SIGINT', interrupt);
      process.on('SIGTERM', terminate);
      return () => {
        process.off('SIGINT', interrupt);
        process.off('SIGTERM', terminate);
      };
    },
  };
}
