import { describe, expect, it } from 'vitest';
import { differenceReport, type TestRun } from './difference-report.js';

const RUN: TestRun = {
  testResults: [
    {
      name: '/somewhere/test/conformance/6-one-way.spec.ts',
      status: 'failed',
      assertionResults: [
        { fullName: '§6 the client gets nothing', status: 'passed' },
        {
          fullName: '§6 the client gets an error frame',
          status: 'failed',
          failureMessages: [
            "\u001B[31mAssertionError\u001B[39m: expected 'arn:aws:lambda:eu-central-1:123456789012:function:mine' to be 'x'\n    at /somewhere/test/conformance/6-one-way.spec.ts:40:5\nwss://abcdefghij.execute-api.eu-central-1.amazonaws.com/dev from 198.51.100.7 by ASIAQWERTYUIOPASDFGH on backend.example",
          ],
        },
        { fullName: '§6 through a load balancer', status: 'skipped' },
      ],
    },
    {
      name: '/somewhere/test/conformance/5-aws.spec.ts',
      status: 'failed',
      message: 'no credentials',
      assertionResults: [],
    },
  ],
};

const report = differenceReport(RUN, {
  date: '2026-11-28',
  target: 'Amazon API Gateway in eu-central-1',
  version: '0.1.0 (abc)',
  node: '24.21.0',
  equipment: { backend: true, function: false },
  secrets: ['backend.example', ''],
});

describe('the report of a conformance run', () => {
  it('says what was run, when and with what', () => {
    expect(report).toContain('# Differences from Amazon API Gateway in eu-central-1, 2026-11-28\n');
    expect(report).toContain(
      'gateway 0.1.0 (abc), Node.js 24.21.0. Available: backend. Not available: function.',
    );
  });

  it('counts a file that could not be run as a difference', () => {
    expect(report).toContain('| 1 | 2 | 1 |');
    expect(report).toContain('### the file could not be run\n\n`5-aws.spec.ts`\n\n    no credentials\n');
  });

  it('shows what was expected, without the trace', () => {
    expect(report).toContain(
      '### §6 the client gets an error frame\n\n`6-one-way.spec.ts`\n\n    AssertionError: expected ',
    );
    expect(report).not.toContain(':40:5');
  });

  it('names what was not run', () => {
    expect(report).toContain('## Not run\n\n- `6-one-way.spec.ts`: §6 through a load balancer\n');
  });

  it('contains no account, API id, key, address or name of the one who ran it', () => {
    expect(report).toContain('arn:aws:lambda:eu-central-1:ACCOUNT:function:mine');
    expect(report).toContain(
      'wss://API.execute-api.eu-central-1.amazonaws.com/dev from ADDRESS by KEY on MASKED',
    );
  });
});
