/** What a resource says of its own long operation. No poller needs to survive: the resource is asked anew. */
export type LongOperation = 'running' | 'succeeded' | 'failed' | 'canceled';

/**
 * Where a PUT or POST stands, by the resource's `provisioningState`. A resource without one is done; every word that is
 * not an end is on its way, since providers add such words as they please.
 */
export function longOperationOf(provisioningState: string | undefined): LongOperation {
  const word = provisioningState?.toLowerCase();
  if (word === undefined || word === 'succeeded') return 'succeeded';
  if (word === 'failed') return 'failed';
  return word === 'canceled' || word === 'cancelled' ? 'canceled' : 'running';
}
