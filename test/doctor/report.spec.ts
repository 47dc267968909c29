import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveSetUp } from './live-set-up.js';

let setUp: LiveSetUp;
beforeEach(async () => {
  setUp = await LiveSetUp.start();
});
afterEach(() => setUp[Symbol.asyncDispose]());

describe('the doctor', () => {
  it('finds nothing in a healthy set-up', async () => {
    const { exitCode, output } = await setUp.doctor();
    console.log(output);
    expect({ exitCode, marked: output.match(/^[×‼].*$/gm) }).toEqual({ exitCode: 0, marked: null });
  });
});
