import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServerClock } from '../../../src/nest/store/server-clock.js';

const hour = 3_600_000;

describe('the estimated time of a server', () => {
  let present = 0;
  beforeEach(() => {
    present = 5000;
    vi.spyOn(performance, 'now').mockImplementation(() => present);
  });
  afterEach(() => vi.restoreAllMocks());

  it('is the time of the machine before the first sample', () => {
    expect(new ServerClock().now()).toBe(Math.floor(performance.timeOrigin + present));
  });

  it.each([
    ['behind', 3 * hour],
    ['ahead', -3 * hour],
  ])('is right to the duration of a request, although the machine is %s', (_, distance) => {
    const clock = new ServerClock();
    const serverTime = Math.floor(performance.timeOrigin) + distance + present;
    clock.note(serverTime, 0, present - 10, present);
    expect(clock.now()).toBeGreaterThanOrEqual(serverTime);
    expect(clock.now()).toBeLessThanOrEqual(serverTime + 10);
    present += hour;
    expect(clock.now()).toBeGreaterThanOrEqual(serverTime + hour);
    expect(clock.now()).toBeLessThanOrEqual(serverTime + hour + 10);
  });

  it('gets closer with each sample that has a resolution of a second', () => {
    const clock = new ServerClock();
    const truth = () => 1_000_000_000_600 + present;
    for (let sample = 0; sample < 20; sample += 1) {
      const sentAt = present;
      present += 5;
      clock.note(Math.floor(truth() / 1000) * 1000, 1000, sentAt, present);
      present += 350;
    }
    expect(Math.abs(clock.now() - truth())).toBeLessThanOrEqual(60);
  });

  it('is not moved by a response that took long', () => {
    const clock = new ServerClock();
    clock.note(1_000_000, 0, present, present);
    const before = clock.now();
    // sent a minute ago, and stamped at once
    clock.note(1_000_000 - 60_000, 0, present - 60_000, present);
    expect(clock.now()).toBe(before);
  });

  it('follows the time of the server when that is changed', () => {
    const clock = new ServerClock();
    clock.note(1_000_000, 0, present - 1, present);
    clock.note(5_000_000, 0, present - 1, present);
    expect(clock.now()).toBeGreaterThanOrEqual(5_000_000);
    clock.note(2_000_000, 0, present - 1, present);
    expect(clock.now()).toBeLessThanOrEqual(2_000_001);
  });

  it('is a whole number, and independent of a change of the machine’s clock', () => {
    const clock = new ServerClock();
    clock.note(1_000_000.25, 0, present, present);
    vi.spyOn(Date, 'now').mockReturnValue(0);
    expect(clock.now()).toBe(1_000_000);
  });
});
