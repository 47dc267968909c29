import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain } from '../../src/gateway/cloudformation/explain/explain.js';
import { lint } from '../../src/gateway/cloudformation/lint/lint.js';
import { loadTemplate } from '../../src/gateway/cloudformation/load-template.js';
import { CloudFormationError } from '../../src/gateway/cloudformation/cloudformation-error.js';
import { ControlPlane } from '../../src/gateway/control/control-plane.js';
import { UsageError } from '../../src/gateway/usage-error.js';
import { BOOKS } from '../gateway/cloudformation/books-template.js';
import { CHAT } from '../gateway/cloudformation/chat-template.js';
import { SAM } from '../gateway/cloudformation/sam-template.js';

const SETTINGS = {
  fileName: 'chat.yml',
  region: 'eu-central-1',
  accountId: '123456789012',
  parameters: new Map(),
};

/** Fragments that have a meaning in templates, and some that have none. */
const PIECES = [
  '!Ref Api',
  '!Sub "${a.b}"',
  '!GetAtt [a]',
  '!If [a, b]',
  '!Join x',
  '!Select [-1, []]',
  'Fn::Sub: [',
  '!Ref',
  '!Length [a]',
  '!ToJsonString {a: b}',
  '!FindInMap [a, b, c, DefaultValue: d]',
  '{Fn::ForEach::L: [N, [a, b], {"${N}": !Ref N}]}',
  'Fn::ForEach::L: [N, !Ref NlbArn, {}]\n',
  'Transform: AWS::LanguageExtensions\n',
  '{$ref: "#/paths/~1other"}',
  '!Ref AWS::NoValue',
  'Events: ',
  '---\n',

  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|',
  '>',
  '&a ',
  '*a',
  '<<: ',
  '? ',
  ': ',
  '- ',
  '#',
  '%',
  '@',
  '\t',
  '\n',
  '\0',

  'null',
  '~',
  'true',
  '0x10',
  '1e999',
  '$request.',
  '${',
  '$',
  '*',
  'AWS::',
  'DependsOn: Api\n',
  'Ref: Api',
  'é',
  '🙂',
];

const mutationsOf = (template: string) =>
  fc
    .array(
      fc.record({
        at: fc.nat(template.length),
        cut: fc.oneof(fc.constant(0), fc.nat(40)),
        piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((changes) =>
      changes.reduce(
        (text, { at, cut, piece }) => text.slice(0, at) + piece + text.slice(at + cut),
        template,
      ),
    );

/** Whether the template is refused with an expected error. Any other error is rethrown. */
function isRefused(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof CloudFormationError || error instanceof UsageError) return true;
    throw error;
  }
}

describe('a damaged template', () => {
  it.each([
    ['WebSocket', CHAT, { body: '{"action":"ping"}' }],
    ['HTTP', BOOKS, { request: 'GET /books?x=1' }],
    ['SAM', SAM, { request: 'GET /books/7' }],
  ])('of a %s API is linted, loaded and explained, or refused with a place', (_, template, input) => {
    let refused = 0;
    fc.assert(
      fc.property(mutationsOf(template), (text) => {
        expect(lint(text, SETTINGS).every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
        if (isRefused(() => loadTemplate(new ControlPlane(SETTINGS), text, SETTINGS))) refused += 1;
        isRefused(() => explain(text, { ...SETTINGS, ...input }));
      }),
      { seed: 20_261_120, numRuns: 120 },
    );
    // both happen
    expect(refused).toBeGreaterThan(30);
    expect(refused).toBeLessThan(120);
  });
});
