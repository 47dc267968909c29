import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/doctor/checks/all-checks.js';
import { SECTIONS } from '../../src/doctor/sections.js';
import { RULES } from '../../src/gateway/cloudformation/lint/rules.js';
import { RULE_SECTIONS } from '../../src/gateway/cloudformation/lint/sections.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The headings of the entries, without their marks. */
const headings = [...read('docs/troubleshooting.md').matchAll(/^### (.*)$/gm)].map(([, heading]) => heading!);

/** The marks of the inspector by id, with their entries, as its document lists them. */
const marks = new Map(
  [...read('docs/inspector.md').matchAll(/^\| `([\w-]+)` \| .* \| ([\d, ]+) \|$/gm)].map(
    ([, id, entries]) => [id!, entries!.split(', ')] as const,
  ),
);

const SEVERITIES = { problem: 'error', warning: 'warning', hint: 'hint' } as const;

describe('one catalogue of problems', () => {
  it('has an entry of the troubleshooting document for every check', () => {
    const anchors = headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    );
    expect(Object.values(SECTIONS).filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  });

  it('has no entry that no check, rule or mark refers to among the numbers that the doctor knows', () => {
    const used: readonly string[] = CHECKS.map(({ section }) => section);
    expect(Object.keys(SECTIONS).filter((section) => !used.includes(section))).toEqual([]);
  });

  const shared = CHECKS.flatMap((check) =>
    Object.hasOwn(RULES, check.id) ? [[check.id as keyof typeof RULES, check] as const] : [],
  );

  it('has the problems that can be seen in a template and in a live set-up in both', () => {
    expect(shared.map(([id]) => id).toSorted()).toEqual([
      'connect-only-source',
      'connections-policy',
      'method-any',
      'no-connection-id',
      'no-route-response',
      'selection-expression',
      'undeclared-source',
      'undeployed-stage',
      'upgrade-headers',
      'v2-vpc-link',
    ]);
  });

  it.each(shared)('%s has the severity and the entry of lint in the doctor', (id, { severity, section }) => {
    expect({ severity: SEVERITIES[severity], section }).toEqual({
      severity: RULES[id].severity,
      section: RULE_SECTIONS[id],
    });
  });

  it('has the marks that are a check or a rule under the same id, with the same entry', () => {
    const entries = (id: string) => [
      ...CHECKS.filter((check) => check.id === id).map(({ section }) => section as string),
      ...(RULE_SECTIONS[id as keyof typeof RULES] === undefined
        ? []
        : [RULE_SECTIONS[id as keyof typeof RULES]!]),
    ];
    const both = [...marks].filter(([id]) => entries(id).length > 0);
    expect(both.map(([id]) => id).toSorted()).toEqual(['near-timeout', 'no-connection-id']);
    for (const [id, sections] of both) expect(new Set(entries(id))).toEqual(new Set(sections));
  });

  it('has every mark in the document of the inspector, with an entry that exists', () => {
    const inSource = [...read('src/gateway/story/aws-notes.ts').matchAll(/rule: '([\w-]+)'/g)].map(
      ([, id]) => id!,
    );
    expect([...marks.keys()].toSorted()).toEqual(inSource.toSorted());
    const sections = [...[...marks.values()].flat(), ...Object.values(RULE_SECTIONS)];
    const isThere = (section: string) => headings.some((heading) => heading.startsWith(section));
    expect(sections.filter((section) => !isThere(section))).toEqual([]);
  });
});
