import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { settingRows } from '../../../src/api/settings.js';
import { CONSTANTS } from '../../../src/nest/config/constants.js';
import { readConfig } from '../../../src/nest/environment/read-config.js';
import { fromEnvironment } from '../../../src/nest/options/from-environment.js';
import { readFeatures } from '../../../src/nest/options/features.js';
import { optionRows } from '../../../src/nest/options/option-table.js';
import { readOptions } from '../../../src/nest/options/read-options.js';
import { OPTIONS_PART, optionsTable } from '../../support/settings-tables.js';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/nest.md'), 'utf8');
const { features } = readFeatures({});

it('has an option for each setting but those of the ready service', () => {
  const names = settingRows().map(([name]) => name);
  const without = names.filter((name) => !optionRows().some(([known]) => known === name));
  expect(without).toEqual(['PORT', 'HOST', 'DRAIN_SECONDS']);
});

it('is the table of docs/nest.md: npm run docs:settings writes it', () => {
  const [table] = OPTIONS_PART.exec(DOCUMENT) ?? [];
  expect(table).toBe(optionsTable(optionRows()));
});

it('means by options what the variables mean', () => {
  const environment = {
    WS_API_ENDPOINT: 'wss://abc.execute-api.eu-central-1.amazonaws.com/prod',
    GATEWAY_SECRET: 'g'.repeat(16),
    AUTH: 'jwt',
    JWT_SECRET: 's'.repeat(32),
    JWT_AUDIENCE: 'one, two',
    STORE: 'redis',
    REDIS_URL: 'redis://r',
    REDIS_CLUSTER: 'true',
    MEMBER_NOTICES: '-',
    HISTORY_OFF: '*',
    HISTORY_SECONDS: '60',
    API_KEYS: `billing:${'k'.repeat(32)},orders:${'o'.repeat(32)}`,
    SWEEP_SECONDS: '0',
  };
  const byVariables = readConfig(environment, CONSTANTS);
  const byOptions = readOptions(fromEnvironment(environment), { features });
  const { named: _one, host: _host, authentication, ...rest } = byOptions;
  const { named: _other, host: _any, authentication: expected, ...others } = byVariables;
  expect(rest).toEqual(others);
  expect({ ...authentication, key: undefined }).toEqual({ ...expected, key: undefined });
});
