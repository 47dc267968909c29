import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';
import { RULES } from '../../../../src/gateway/cloudformation/lint/rules.js';
import { sarifLog } from '../../../../src/gateway/cloudformation/lint/sarif.js';
import { CHAT } from '../chat-template.js';

/** Errors, a warning and a hint. */
const BAD = CHAT.replace('TimeoutInMillis: 10000', 'TimeoutInMillis: 30000')
  .replace('POST', 'ANY')
  .replace('Sec-WebSocket-Version', 'X-Version');
const ROOT = '/srv/shop';

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly artifacts: readonly unknown[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly locations: readonly unknown[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
    }[];
  }[];
}

function logOf(text: string, fileName = join(ROOT, 'infra/chat.yaml')): Log['runs'][number] {
  const findings = lint(text, { fileName });
  const log = sarifLog([{ fileName, findings }], { root: ROOT, version: '1.2.3' });
  expect(schemaErrors(log)).toEqual([]);
  const [run] = (log as Log).runs;
  if (run === undefined) throw new Error('the log has no run');
  return run;
}

/**
 * The published schema, as the npm package `@microsoft/jest-sarif` 1.0.0-beta.0 (MIT) contains it: that of
 * schemastore.org, from release candidate 5, which became the standard.
 */
const SCHEMA = JSON.parse(
  readFileSync(join(import.meta.dirname, 'sarif-2.1.0-rtm.5.schema.json'), 'utf8'),
) as object;

const isValid = new Ajv.default({
  strict: false,
  allErrors: true,
  // one of its patterns is not valid with the flag u
  unicodeRegExp: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': /^[^\s<>"{}|\\^`]*$/,
    'date-time': true,
  },
}).compile(SCHEMA);

const schemaErrors = (log: object) => (isValid(JSON.parse(JSON.stringify(log))) ? [] : isValid.errors);

describe('the SARIF log', () => {
  it('is valid by the published schema, with and without findings', () => {
    expect(logOf(BAD).results.length).toBeGreaterThan(2);
    expect(logOf(CHAT).results).toEqual([]);
  });

  it('has every rule, with its severity as a level and its source', () => {
    const { rules } = logOf(CHAT).tool.driver;
    expect(rules.map(({ id }) => id)).toEqual(Object.keys(RULES));
    expect(rules).toContainEqual(
      expect.objectContaining({
        id: 'upgrade-headers',
        helpUri: RULES['upgrade-headers'].see,
        defaultConfiguration: { level: 'note' },
      }),
    );
  });

  it('has each finding with its rule, level and place', () => {
    const { tool, results } = logOf(BAD);
    const levels = results.map(({ ruleId, level }) => [ruleId, level]);
    expect(levels).toContainEqual(['timeout-range', 'error']);
    expect(levels).toContainEqual(['method-any', 'warning']);
    expect(levels).toContainEqual(['upgrade-headers', 'note']);
    const timeout = results.find(({ ruleId }) => ruleId === 'timeout-range');
    expect(tool.driver.rules[timeout?.ruleIndex ?? -1]?.id).toBe('timeout-range');
    const startLine = BAD.slice(0, BAD.indexOf('TimeoutInMillis')).split('\n').length;
    expect(timeout?.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'infra/chat.yaml', uriBaseId: '%SRCROOT%', index: 0 },
          region: { startLine, startColumn: 24 },
        },
      },
    ]);
  });

  it('lists a file without findings, because it was checked', () => {
    expect(logOf(CHAT).artifacts).toEqual([{ location: { uri: 'infra/chat.yaml', uriBaseId: '%SRCROOT%' } }]);
  });

  it('has a valid address for a file outside the repository, and for a name with spaces', () => {
    expect(logOf(CHAT, '/else where/a.yaml').artifacts).toEqual([
      { location: { uri: 'file:///else%20where/a.yaml' } },
    ]);
    expect(logOf(CHAT, join(ROOT, 'a b.yaml')).artifacts).toEqual([
      { location: { uri: 'a%20b.yaml', uriBaseId: '%SRCROOT%' } },
    ]);
  });

  it('has fingerprints that differ, and stay the same when the findings move to other lines', () => {
    const fingerprints = (text: string) => logOf(text).results.map((result) => result.partialFingerprints);
    const all = fingerprints(BAD).map((each) => JSON.stringify(each));
    expect(new Set(all).size).toBe(all.length);
    expect(fingerprints(`# a comment\n${BAD}`)).toEqual(fingerprints(BAD));
  });
});
