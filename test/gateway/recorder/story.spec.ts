import { expect, it } from 'vitest';
import { Story } from '../../../src/gateway/recorder/story.js';

const begin = (keep: (story: Story) => void = () => undefined) =>
  new Story('message', {}, 0, performance.now(), keep);

it('keeps a text that is passed on once', () => {
  const story = begin();
  const first = story.body('text');
  expect(story.body('text')).toBe(first);
  expect(story.body(Buffer.from('text'))).toEqual(first);
  expect(story.body('other')).toEqual({ bytes: 5, text: 'other' });
});

it('does not take a text for the bytes of which it is the base64', () => {
  const story = begin();
  expect(story.body(Buffer.from([0xff]))).toEqual({ bytes: 1, text: '/w==', isBase64: true });
  expect(story.body('/w==')).toEqual({ bytes: 4, text: '/w==' });
});

it('estimates its memory by the texts of its steps', () => {
  const bytesOf = (length: number, character = 'x') => {
    const story = begin();
    const body = story.body(character.repeat(length));
    const text = character.repeat(length);
    story.add({ step: 'frame', body });
    story.add({ step: 'parameters', mappings: [], values: [[text]] });
    story.add({
      step: 'integration_request',
      kind: 'http',
      method: 'POST',
      url: text,
      headers: ['a', text],
      body,
    });
    story.add({ step: 'integration_response', status: 200, headers: { a: text }, body, latencyMs: 1 });
    story.add({ step: 'template', direction: 'response', key: '$default', output: body });
    story.end();
    return story.bytes;
  };
  expect(bytesOf(1_000) - bytesOf(0)).toBe(8_000);
  // V8 takes two bytes for each
  expect(bytesOf(1_000, '語') - bytesOf(0)).toBe(16_000);
  expect(bytesOf(1_000, 'ÿ') - bytesOf(0)).toBe(8_000);
  expect(bytesOf(0)).toBeGreaterThan(1_000);
});

it('is kept once it has ended, with its duration', () => {
  const kept: Story[] = [];
  const story = begin((each) => kept.push(each));
  story.conclude({ result: 'replied' });
  expect(kept).toEqual([]);
  story.end();
  expect(kept).toEqual([story]);
  expect(story.durationMs).toBeGreaterThan(0);
});
