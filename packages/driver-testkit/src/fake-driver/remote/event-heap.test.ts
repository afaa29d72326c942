import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../seeded-random.ts';
import { createEventHeap } from './event-heap.ts';

describe('the heap of planned events', () => {
  it('gives events in order of time, those of one time as they came, and none that is not due', () => {
    const random = createSeededRandom(9);
    const heap = createEventHeap<number>();
    const pushed = Array.from({ length: 500 }, (_, payload) => ({ atMs: random.int(0, 50), payload }));
    for (const event of pushed) heap.push(event);
    const popped: { atMs: number; payload: number }[] = [];
    for (let event = heap.popUntil(40); event !== undefined; event = heap.popUntil(40)) popped.push({ atMs: event.atMs, payload: event.payload });
    expect(popped).toEqual(pushed.filter(({ atMs }) => atMs <= 40).toSorted((a, b) => a.atMs - b.atMs || a.payload - b.payload));
    expect(heap.size).toBe(pushed.length - popped.length);
  });
});
