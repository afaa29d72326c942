import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createDestino, type DestinoOptions } from '../create-destino.ts';
import type { Destino } from '../destino.ts';
import { listen } from './agent-server.ts';
import { takeLock } from './lock.ts';
import type { AgentAnswer, AgentRequest } from './protocol.ts';

export type AgentOptions = DestinoOptions & {
  /** How long it stays when there is nothing left to do. Default 5 seconds. */
  lingerMs?: number;
  signal?: AbortSignal;
};

const lookEveryMs = 250;
const defaultLingerMs = 5_000;

/**
 * Supervises what is unfinished in a workspace until nothing of it is left, then a moment longer. One per workspace:
 * answers `taken` at once when another has the lock.
 */
export async function runAgent(options: AgentOptions): Promise<'ended' | 'taken'> {
  await using destino = await createDestino({ ...options, role: 'agent' });
  const lock = takeLock(destino.places.agentLock);
  if (lock === undefined) return 'taken';
  try {
    await destino.start();
    const life = new Life(destino, options);
    const server = await listen(destino.places.agentSocket, (request) => life.answer(request));
    try {
      await life.untilIdle();
    } finally {
      const closed = once(server, 'close');
      server.close();
      await closed;
    }
    return 'ended';
  } finally {
    lock.release();
  }
}

/** What keeps an agent alive: work that it supervises, and whoever spoke to it a moment ago. */
class Life {
  readonly #destino: Destino;
  readonly #stop = new AbortController();
  readonly #lingerMs: number;
  #busyAt: number;

  constructor(destino: Destino, { signal, lingerMs = defaultLingerMs }: AgentOptions) {
    this.#destino = destino;
    this.#lingerMs = lingerMs;
    this.#busyAt = destino.clock.monotonicMs();
    signal?.addEventListener('abort', () => this.#stop.abort(), { once: true });
    if (signal?.aborted === true) this.#stop.abort();
  }

  async untilIdle(): Promise<void> {
    const { clock, engine, places } = this.#destino;
    while (!this.#stop.signal.aborted) {
      if (engine.load.supervised > 0) this.#busyAt = clock.monotonicMs();
      if (clock.monotonicMs() - this.#busyAt >= this.#lingerMs) return;
      if (!existsSync(places.database)) return; // the workspace was removed
      await clock.sleep(lookEveryMs, { signal: this.#stop.signal }).catch((error: unknown) => {
        if (!this.#stop.signal.aborted) throw error;
      });
    }
  }

  async answer(request: AgentRequest): Promise<AgentAnswer> {
    const { engine, workspace, secrets, clock } = this.#destino;
    this.#busyAt = clock.monotonicMs();
    let missing: string[] = [];
    if (request.op === 'secrets') {
      secrets.accept(request.values);
      const available = secrets.available(request.names);
      missing = request.names.filter((name) => !available.includes(name));
      await this.#destino.offerSecrets(available);
    }
    if (request.op === 'poke') await engine.claimNow();
    if (request.op === 'stop') this.#stop.abort();
    return { ok: true, pid: process.pid, workspace: workspace.name, supervised: engine.load.supervised, missing, ...(request.op === 'measures' && { measures: engine.endpoints.measures(request.endpoint) }) };
  }
}
