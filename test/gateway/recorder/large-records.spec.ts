import { expect, it } from 'vitest';
import { Recorder } from '../../../src/gateway/recorder/recorder.js';

const MB = 1024 * 1024;

/** Records an event with a text of that length in a step. */
function record(recorder: Recorder, length: number, reason?: string) {
  const story = recorder.begin('message');
  story?.add({ step: 'route', expression: '$request.body.action', value: 'x'.repeat(length) });
  story?.conclude({ result: 'error_frame', ...(reason !== undefined && { reason }) });
  story?.end();
}

it('drops the steps of a record larger than half of the memory, and keeps the records before it', () => {
  const recorder = new Recorder({ now: () => 0 }, { record: MB });
  record(recorder, 10);
  record(recorder, MB / 2, 'too long');
  const events = [...recorder.after(0)];
  expect(events.map(({ steps, isCut }) => [steps.length, isCut])).toEqual([
    [1, undefined],
    [0, true],
  ]);
  expect(events[1]?.outcome).toEqual({ result: 'error_frame', reason: 'too long' });
});

it('keeps the steps of a record that takes a little less', () => {
  const recorder = new Recorder({ now: () => 0 }, { record: MB });
  record(recorder, MB / 2 - 1_000);
  expect([...recorder.after(0)].map(({ steps, isCut }) => [steps.length, isCut])).toEqual([[1, undefined]]);
});

it('shortens a reason, in the outcome and in a step', () => {
  const recorder = new Recorder({ now: () => 0 }, { record: MB });
  const story = recorder.begin('http_request');
  const reason = 'x'.repeat(1_001);
  story?.add({ step: 'failure', reason });
  story?.conclude({ result: 'failed', reason });
  story?.end();
  const [event] = [...recorder.after(0)];
  const expected = `${'x'.repeat(1_000)}…`;
  expect([event?.outcome.reason, event?.steps]).toEqual([expected, [{ step: 'failure', reason: expected }]]);
});

it('counts reasons, so that many of them do not exceed the memory', () => {
  const recorder = new Recorder({ now: () => 0 }, { record: MB });
  for (let event = 0; event < 1_000; event += 1) record(recorder, 0, 'r'.repeat(1_000));
  // without its reason, an event takes less than 1,000 bytes
  expect([...recorder.after(0)].length).toBeLessThan(700);
});
