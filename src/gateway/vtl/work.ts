import { TEMPLATE_LIMITS } from '../silent/vtl-choices.js';

/**
 * The steps that the rendering in progress may still take. It is a variable of the module, because a rendering is
 * synchronous and every method of every value takes steps; outside a rendering there is no limit.
 */
let left = Infinity;

/** Runs a rendering, which fails after `TEMPLATE_LIMITS.steps` steps, so that it cannot block the gateway for long. */
export function withLimitedWork<T>(rendering: () => T): T {
  left = TEMPLATE_LIMITS.steps;
  try {
    return rendering();
  } finally {
    left = Infinity;
  }
}

/**
 * Counts work before it is done.
 *
 * @param steps about 100 ns each: one value, one comparison, or `CHARACTERS_PER_STEP`
 * @throws {Error} the rendering has exceeded its limit of steps
 */
export function takeSteps(steps: number): void {
  left -= steps;
  if (left < 0) throw new Error(`the template takes more than ${TEMPLATE_LIMITS.steps} steps`);
}

/** Counts the work of copying a text or of looking for one character in it. */
export function takeStepsFor(text: string): void {
  takeSteps(text.length / CHARACTERS_PER_STEP);
}

/** Counts the work of calling a function for each character of a text. */
export function takeStepsForEachCharacter(text: string): void {
  takeSteps(text.length / 4);
}

/** Counts the work of looking for a text, which may be compared at every position. */
export function takeStepsForSearch(text: string, wanted: string): void {
  const positions = Math.max(text.length - wanted.length, 0) + 1;
  takeSteps((positions * (wanted.length + 16)) / CHARACTERS_PER_STEP);
}

/** Counts the work of looking for a regular expression once, or for each of its matches. */
export function takeStepsForPattern(text: string, pattern: string): void {
  takeSteps((text.length * (pattern.length + 16)) / 16);
}

/** Processors copy and compare many characters at once. */
export const CHARACTERS_PER_STEP = 64;
