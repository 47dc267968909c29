import { ExactNumber } from '../mapping/exact-json.js';

/**
 * A number that a template can also use as text: `$value + 1` calculates, `$value.substring(0, 10)` cuts. C15: public
 * templates use `$context.requestTimeEpoch` and `$context.connectedAt` in both ways.
 */
export class TextNumber extends ExactNumber {}
