import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits before another try, with full jitter, so that those who got in each other's way do not meet again.
 *
 * @param tries how many there have been; each further pause may be twice as long, up to half a second
 */
export async function pause(tries: number): Promise<void> {
  await sleep(Math.random() * Math.min(500, 10 * 2 ** tries));
}
