import type { Engine } from '@destino/core';
import type { Clock, Logger } from '@destino/core/driver';
import { errorToData } from '@destino/core/errors';
import { isTerminalJobState } from '@destino/core/model';
import type { SecretStore } from '../secrets/secret-store.ts';
import { askAgent } from './agent-client.ts';
import { ensureAgent, type AgentStart } from './start-agent.ts';

/** Who goes on with the jobs that a process leaves. `nobody` comes with what that means and what to do. */
export type HandOver = { supervisedBy: 'agent'; pid: number } | { supervisedBy: 'none-needed' } | { supervisedBy: 'nobody'; reason: string };

export type HandOverParts = {
  engine: Engine;
  secrets: SecretStore;
  clock: Clock;
  logger: Logger;
  /** Absent where this process knows no program that hosts an agent. */
  start: AgentStart | undefined;
  /** Secrets that the jobs and their targets need. */
  needed: readonly string[];
};

const submittedWithinMs = 10_000;
const claimedWithinMs = 10_000;
const lookEveryMs = 10;
const beforeAcceptance: ReadonlySet<string> = new Set(['staging', 'ready', 'submitting']);

/**
 * Gives jobs to the background agent: finishes their submission here where the target accepts at once, brings the
 * agent up, ends this host's session, and waits until the agent has claimed.
 */
export async function handOver(parts: HandOverParts, names: readonly string[]): Promise<HandOver> {
  const { engine, clock, start } = parts;
  for (const name of names) await until(clock, submittedWithinMs, () => isAccepted(engine, name));
  const agent = start === undefined ? undefined : await bringUp(parts, start);
  await engine[Symbol.asyncDispose]();
  if (start === undefined) return { supervisedBy: 'nobody', reason: 'this program has no background agent' };
  if (agent === undefined || 'reason' in agent) {
    return { supervisedBy: 'nobody', reason: agent?.reason ?? `the background agent did not start; see ${start.places.agentLog}` };
  }
  await askAgent(start.places.agentSocket, { op: 'poke' });
  const claimed = await until(clock, claimedWithinMs, async () => (await Promise.all(names.map((name) => isLookedAfter(engine, name)))).every(Boolean));
  if (!claimed) return { supervisedBy: 'nobody', reason: 'the background agent runs but did not take the job; destino why says what it lacks' };
  const over = await Promise.all(names.map(async (name) => await isOver(engine, name)));
  return over.every(Boolean) ? { supervisedBy: 'none-needed' } : { supervisedBy: 'agent', pid: agent.pid };
}

/** The agent, started where there is none, that can resolve what is needed; or why there is none. */
export async function bringUp({ secrets, logger, needed }: HandOverParts, start: AgentStart): Promise<{ pid: number } | { reason: string } | undefined> {
  try {
    const agent = await ensureAgent(start);
    if (agent === undefined || needed.length === 0) return agent;
    const answer = await askAgent(start.places.agentSocket, { op: 'secrets', names: [...needed], values: secrets.handOver(needed) });
    if (answer !== undefined && answer.missing.length > 0) return { reason: `the background agent cannot resolve ${answer.missing.join(', ')}` };
    return answer;
  } catch (error) {
    logger.warn('agent.start-failed', { error: errorToData(error) });
    return { reason: errorToData(error).message };
  }
}

/** The target has the job, or it is over, or it waits for something that does not come at once. */
async function isAccepted(engine: Engine, name: string): Promise<boolean> {
  const job = await engine.job(name);
  if (job === undefined || isTerminalJobState(job.state) || job.state === 'queued') return true;
  const attempt = job.attempts.at(-1);
  return job.kind !== 'command' || (attempt !== undefined && !beforeAcceptance.has(attempt.state));
}

async function isOver(engine: Engine, name: string): Promise<boolean> {
  const job = await engine.job(name);
  return job === undefined || isTerminalJobState(job.state);
}

async function isLookedAfter(engine: Engine, name: string): Promise<boolean> {
  return (await isOver(engine, name)) || (await engine.supervisedElsewhere(name));
}

async function until(clock: Clock, withinMs: number, holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = clock.monotonicMs() + withinMs;
  for (;;) {
    if (await holds()) return true;
    if (clock.monotonicMs() >= deadline) return false;
    await clock.sleep(lookEveryMs);
  }
}
