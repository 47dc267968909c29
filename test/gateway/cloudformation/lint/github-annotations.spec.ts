import { describe, expect, it } from 'vitest';
import { githubAnnotations } from '../../../../src/gateway/cloudformation/lint/github-annotations.js';
import { type Finding } from '../../../../src/gateway/cloudformation/lint/lint.js';

const FINDING: Finding = {
  line: 7,
  column: 3,
  rule: 'timeout-range',
  severity: 'error',
  message: 'TimeoutInMillis 30000',
  reason: 'the timeout is too long',
  see: 'https://docs.example.com/a',
  fix: 'use 29000',
};

const annotate = (fileName: string, finding: Partial<Finding> = {}) =>
  githubAnnotations([{ fileName, findings: [{ ...FINDING, ...finding }] }], '/srv/shop').split('\n');

describe('annotations of GitHub Actions', () => {
  it('name the file in the repository, the line, the column and the rule', () => {
    expect(annotate('/srv/shop/infra/chat.yaml')).toEqual([
      '::error file=infra/chat.yaml,line=7,col=3,title=timeout-range::TimeoutInMillis 30000%0Awhy: the timeout is too long; https://docs.example.com/a%0Afix: use 29000',
      '/srv/shop/infra/chat.yaml: 1 error, 0 warnings',
      '',
    ]);
  });

  it.each([
    ['warning', 'warning'],
    ['hint', 'notice'],
  ] as const)('show a %s as a %s', (severity, command) => {
    expect(annotate('a.yaml', { severity })[0]).toMatch(new RegExp(`^::${command} `));
  });

  it('are one line each, whatever the texts contain', () => {
    const [first, second] = annotate('/srv/shop/a,b:c%.yaml', { message: '100% of\r\n::error::it' });
    expect(first).toMatch(/^::error file=a%2Cb%3Ac%25\.yaml,line=7,.*::100%25 of%0D%0A::error::it%0Awhy/);
    expect(second).toMatch(/1 error/);
  });
});
