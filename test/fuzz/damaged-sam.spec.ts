import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CloudFormationError } from '../../src/gateway/cloudformation/cloudformation-error.js';
import { readDocument } from '../../src/gateway/cloudformation/document.js';
import { lint } from '../../src/gateway/cloudformation/lint/lint.js';
import { damaged } from '../support/damaged.js';
import { SAM } from '../gateway/cloudformation/sam-template.js';
import { loaded, plain, SETTINGS } from '../gateway/cloudformation/sam/expanded.js';

const ROOT = plain(readDocument(SAM, 'sam.yaml').root);

/** Values that have a meaning somewhere, and some that have none. */
const OTHERS = [
  0,
  -1,
  true,
  '',
  'x',
  '$default',
  'AWS::Serverless::HttpApi',
  [],
  [[]],
  {},
  { a: {} },
  { Ref: 'Api' },
  { Ref: 'AWS::NoValue' },
  { Ref: 'Api.Stage' },
  { 'Fn::GetAtt': ['Books', 'Arn'] },
  { 'Fn::Sub': '${Api.Stage}' },
  { 'Fn::If': ['Always', { a: 'b' }, 'c'] },
  { 'Fn::Transform': { Name: 'AWS::Include' } },
];

it('a template of SAM loads or is refused with a place, whatever takes the place of one of its values', () => {
  let refused = 0;
  const run = () =>
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 2, maxLength: 9 }),
        fc.constantFrom(...OTHERS),
        (path, other) => {
          const text = JSON.stringify(damaged(ROOT, path, other));
          lint(text, SETTINGS);
          try {
            loaded(text);
          } catch (error) {
            if (!(error instanceof CloudFormationError)) throw error;
            refused += 1;
          }
        },
      ),
      { seed: 20_261_128, numRuns: 150 },
    );
  expect(run).not.toThrow();
  // both happen
  expect(refused).toBeGreaterThan(20);
  expect(refused).toBeLessThan(150);
});
