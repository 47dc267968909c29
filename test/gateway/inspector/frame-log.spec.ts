import { describe, expect, it } from 'vitest';
import { FrameLog, MAX_LINES } from '../../../src/gateway/inspector/clients/frame-log.js';
import { eventOf, frame, frameOut } from './gateway-events.js';

const linksOf = (log: FrameLog) => log.lines.map(({ text, eventId }) => [text, eventId]);

describe('the log of a test client', () => {
  it('links what was sent and received to the events of the gateway', () => {
    const log = new FrameLog();
    log.add('out', 'slow');
    log.add('out', 'fast');
    log.add('in', 'pong');
    // the second message has ended first
    log.link(eventOf(7, [2, 1], [frame('fast'), frameOut('pong')]));
    log.link(eventOf(8, [1, 9], [frame('slow')]));
    expect(linksOf(log)).toEqual([
      ['slow', 8],
      ['fast', 7],
      ['pong', 7],
    ]);
  });

  it('links a message that the record masks or cuts by its order', () => {
    const log = new FrameLog();
    log.add('out', '{"token":"secret"}');
    log.link(eventOf(3, [1, 1], [frame('{"token":"***"}')]));
    expect(linksOf(log)).toEqual([['{"token":"secret"}', 3]]);
  });

  it('links repeated messages one by one', () => {
    const log = new FrameLog();
    log.add('out', 'ping');
    log.add('out', 'ping');
    log.link(eventOf(1, [1, 1], [frame('ping')]));
    log.link(eventOf(2, [2, 1], [frame('ping')]));
    expect(log.lines.map(({ eventId }) => eventId)).toEqual([1, 2]);
  });

  it('is limited', () => {
    const log = new FrameLog();
    for (let count = 0; count < MAX_LINES + 3; count += 1) log.add('in', String(count));
    expect(log.lines.length).toBe(MAX_LINES);
    expect(log.lines[0]?.text).toBe('3');
  });
});
