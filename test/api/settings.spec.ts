import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acceptedValues, SETTING_GROUPS, settingRows, SETTINGS } from '../../src/api/settings.js';
import { unknownSettings } from '../../src/api/unknown-settings.js';
import { SETTINGS_PART, settingsTables } from '../support/settings-tables.js';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8');

const ROWS = settingRows().map(([name, row]) => ({ name, ...row }));

describe('the rows', () => {
  it('are in one group each', () => {
    const grouped = SETTING_GROUPS.flatMap(({ settings }) => Object.keys(settings));
    expect(grouped).toEqual(Object.keys(SETTINGS));
  });

  it('are the tables of docs/settings.md: npm run docs:settings writes them', () => {
    const [tables] = SETTINGS_PART.exec(DOCUMENT) ?? [];
    expect(tables).toBe(settingsTables(SETTING_GROUPS, acceptedValues));
  });

  it.each(ROWS)('say what holds while $name is not set: a default or a text', (row) => {
    expect([row.default, row.whenUnset].filter((text) => text !== undefined)).toHaveLength(1);
  });

  it('accept their defaults', () => {
    const refused = ROWS.filter(
      (row) => row.default !== undefined && row.schema.safeParse(row.default).error,
    );
    expect(refused).toEqual([]);
  });

  it.each(ROWS.filter(({ bounds }) => /^\d+–\d+$/.test(bounds)))(
    'accept $name within $bounds only',
    ({ schema, bounds }) => {
      const [min = NaN, max = NaN] = bounds.split('–').map(Number);
      const isAccepted = (value: number) => schema.safeParse(String(value)).success;
      expect([min, max].map(isAccepted)).toEqual([true, true]);
      expect([min - 1, max + 1].map(isAccepted)).toEqual([false, false]);
    },
  );

  it('have the unit that the name has', () => {
    const units = { SECONDS: 'seconds', MS: 'ms', BYTES: 'bytes' };
    const differing = ROWS.filter(
      ({ name, unit }) => units[name.slice(name.lastIndexOf('_') + 1) as keyof typeof units] !== unit,
    );
    expect(differing).toEqual([]);
  });

  it('name only other rows, with values that these accept', () => {
    for (const { onlyWith } of ROWS.filter((row) => row.onlyWith !== undefined)) {
      const [name, value] = onlyWith!.split('=');
      const other = ROWS.find((row) => row.name === name);
      expect(value === undefined || other?.schema.safeParse(value).success).toBe(true);
      expect(other).toBeDefined();
    }
  });

  it('hide each secret', () => {
    const secret = ROWS.filter(({ isSecret }) => isSecret).map(({ name }) => name);
    expect(secret).toEqual(ROWS.map(({ name }) => name).filter((name) => /SECRET|_KEY|_HEADERS/.test(name)));
  });
});

describe('a variable', () => {
  const messagesOf = (...names: string[]) => unknownSettings(names).map(({ message }) => message);
  const isCertain = (name: string) => unknownSettings([name])[0]?.isCertain;

  it.each([
    ['CALLBACK_CONCURENCY', 'CALLBACK_CONCURRENCY'],
    ['CALLBACK_CONCURRENCYY', 'CALLBACK_CONCURRENCY'],
    ['CALLBACK_DEADLINE', 'CALLBACK_DEADLINE_MS'],
    ['STORE_TIMEOUT', 'STORE_TIMEOUT_MS'],
    ['GATEWAY_SECERT', 'GATEWAY_SECRET'],
    ['JWT_AUDIANCE', 'JWT_AUDIENCE'],
    ['WS_API_ENPOINT', 'WS_API_ENDPOINT'],
    ['MEMBER_NOTICE', 'MEMBER_NOTICES'],
  ])('%s was certainly meant as %s', (name, known) => {
    expect(messagesOf(name)).toEqual([`${name} is not a setting: did you mean ${known}?`]);
    expect(isCertain(name)).toBe(true);
  });

  it.each(['LOGLEVEL', 'API_KEY', 'REDIS_URI', 'DATADIR', 'CALLBACK_URL', 'JWT_EXPIRES_IN', 'STORE_NAME'])(
    '%s may be a misspelt setting or belong to another program',
    (name) => {
      expect(messagesOf(name)).toEqual([expect.stringMatching(`^${name} is not a setting: `)]);
      expect(isCertain(name)).toBe(false);
    },
  );

  it.each([
    'PATH',
    'HOME',
    'HOSTNAME',
    'PORTS',
    'DEBUG',
    'REPLICAS',
    'AWS_REGIONS',
    'AWS_DEFAULT_REGION',
    'ECS_CONTAINER_METADATA_URI_V4',
    'OTEL_SERVICE_NAMES',
    'NODE_OPTIONS',
    'npm_lifecycle_script',
    'NPM_CONFIG_CACHE',
    'GATEWAY_URL',
    'GATEWAY_PORT',
    'GATEWAY_ADMIN_TOKEN',
    'SERVICE_URL',
    'REDIS_HOST',
    'REDIS_PORT',
    'STORE_SERVICE_HOST',
    'CALLBACK_PORT_8080_TCP_ADDR',
    'KUBERNETES_SERVICE_PORT_HTTPS',
  ])('%s belongs to another program', (name) => {
    expect(unknownSettings([name])).toEqual([]);
  });

  it('that is a setting is none of them', () => {
    expect(unknownSettings(Object.keys(SETTINGS))).toEqual([]);
  });

  it('that is a removed setting is reported with the version and what holds now, as in docs/settings.md', () => {
    const [, section = ''] = /\n### Removed settings\n(.*?)\n## /s.exec(DOCUMENT) ?? [];
    const removed = [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name = '']) => name);
    expect(removed).toHaveLength(9);
    expect(messagesOf(...removed)).toEqual(
      removed.map(
        (name) =>
          expect.stringMatching(
            `^${name} is no longer a setting, since version [0-9.]+: .+\\. Remove it$`,
          ) as string,
      ),
    );
    expect(removed.map(isCertain)).toEqual(removed.map(() => true));
  });
});
