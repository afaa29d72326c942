import type { StateStore } from '../state-store.ts';
import { Things } from './things.ts';

/** One empty store to check. */
export type StateStoreUnderTest = {
  /** Opens it; a second call opens the same storage once more, as another process would. */
  open(): Promise<StateStore>;
  /** Lets that much store time pass, for all who have it open. */
  pass(ms: number): void | Promise<void>;
};

/** What a check works with: two hosts' views of one store. */
export type Scene = { store: StateStore; other: StateStore; things: Things; pass: StateStoreUnderTest['pass'] };

export type StateStoreCheck = {
  id: string;
  /** What every store does, as one sentence. */
  sentence: string;
  /** Rejects when the store does not. */
  run(test: StateStoreUnderTest): Promise<void>;
};

/** Declares a check; `body` gets a fresh store, opened twice. */
export function check(id: string, sentence: string, body: (scene: Scene) => Promise<void>): StateStoreCheck {
  return {
    id,
    sentence,
    async run(test) {
      await using store = await test.open();
      await using other = await test.open();
      await body({ store, other, things: new Things(), pass: test.pass.bind(test) });
    },
  };
}
