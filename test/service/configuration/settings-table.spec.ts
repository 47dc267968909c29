import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Variables } from '../../../src/service/configuration/read-config.js';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/settings.md'), 'utf8');
const [, section = ''] = /\n## Of the service\n(.*?)\n## /s.exec(DOCUMENT) ?? [];

/** The rows of the table in docs/settings.md. */
const ROWS = [...section.matchAll(/^\| `([A-Z_]+)` \| (.+) \| (.*?) \| (.*?)\|$/gm)].map(
  ([, name = '', meaning = '', byDefault = '', bounds = '']) => ({
    name: name as keyof typeof Variables.shape,
    meaning,
    byDefault: byDefault.replaceAll('`', ''),
    bounds: bounds.trim(),
  }),
);

const NUMBERS = ROWS.filter(({ name }) => Variables.shape[name]?.safeParse('x').error && isNumber(name)).map(
  ({ name, bounds, byDefault }) => ({ name, bounds, byDefault }),
);

it('has every setting in the table of docs/settings.md once, and no other', () => {
  expect(ROWS.map(({ name }) => name).toSorted()).toEqual(Object.keys(Variables.shape).toSorted());
});

it.each(NUMBERS)('accepts $name within $bounds only', ({ name, bounds }) => {
  const [, min, max] = /^(\d+)–(\d+)/.exec(bounds) ?? [];
  const isAccepted = (value: number) => Variables.shape[name].safeParse(String(value)).success;
  expect([Number(min), Number(max)].map(isAccepted)).toEqual([true, true]);
  expect([Number(min) - 1, Number(max) + 1].map(isAccepted)).toEqual([false, false]);
});

it('has the default of each in the table', () => {
  const differing = ROWS.filter(({ name, byDefault }) => {
    const value: unknown = Variables.shape[name].safeParse(undefined).data;
    const shown = JSON.stringify(value ?? '').replaceAll(/[[\]"]/g, '');
    // no default, or one that depends on other settings
    if (shown === '') return !/^none|^any|^all|^`?0\.0\.0\.0/.test(byDefault);
    return shown !== byDefault;
  });
  expect(differing).toEqual([]);
});

it('says the unit of every time and size', () => {
  const unitOf = { SECONDS: /\bseconds\b/, MS: /\bms\b/, BYTES: /\bbytes\b/ };
  const without = ROWS.filter(({ name, meaning }) => {
    const unit = unitOf[name.slice(name.lastIndexOf('_') + 1) as keyof typeof unitOf];
    return unit !== undefined && !unit.test(meaning);
  });
  expect(without).toEqual([]);
});

function isNumber(name: keyof typeof Variables.shape): boolean {
  return typeof Variables.shape[name].safeParse('100').data === 'number';
}
