import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UpdateIntegrationCommand } from '@aws-sdk/client-apigatewayv2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CHECKS } from '../../src/doctor/checks/all-checks.js';
import { GROUPS } from '../../src/doctor/check.js';
import { flagList } from '../../src/doctor/options.js';
import { LiveSetUp } from './live-set-up.js';

const document = readFileSync(join(import.meta.dirname, '../../docs/doctor.md'), 'utf8');

let setUp: LiveSetUp;
beforeEach(async () => {
  setUp = await LiveSetUp.start();
});
afterEach(() => setUp[Symbol.asyncDispose]());

it('docs/doctor.md shows what the doctor prints for five planted faults', async () => {
  const { api, backend } = setUp;
  await api.control.send(
    new UpdateIntegrationCommand({
      ApiId: api.apiId,
      IntegrationId: api.integrationIds.get('$disconnect'),
      RequestParameters: { 'integration.request.header.ConnectionId': '' },
    }),
  );
  backend.changes.push({
    name: 'UpdateIntegration',
    at: new Date(Date.now() + 3_600_000),
    parameters: { apiId: api.apiId, integrationId: api.integrationIds.get('$default')! },
  });
  Object.assign(backend.targets[1]!, {
    state: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with these codes: [503]',
  });
  backend.apiEndpoints.push({ id: 'vpce-0b61c3f5d1e2a7f90', privateDns: true });
  backend.alarms[1]!.actions = [];
  const { output, exitCode } = await setUp.doctor();
  // what differs in each run has the value of the document
  const normalised = output
    .replaceAll(api.apiId, 'a1b2c3d4e5')
    .replaceAll(api.integrationIds.get('$disconnect')!, 'k3x9z2p')
    .replaceAll(api.integrationIds.get('$default')!, 'p7q2m4n')
    .replaceAll(setUp.vpcLinkId, 'x1y2z3')
    .replaceAll(/deployment \w+(?= of \d| \[undeployed)/g, 'deployment d4e5f6')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '2026-11-28 10:05 UTC')
    .replaceAll(/d-\w+\.execute-api/g, 'd-0a1b2c3d4e.execute-api');
  const [, shown = ''] = /```text\n(API a1b2c3d4e5, .*?)```/s.exec(document) ?? [];
  expect(normalised).toBe(shown);
  expect(exitCode).toBe(1);
});

it('docs/doctor.md has a row for every check, in its group', () => {
  const rows = [...document.matchAll(/^\| ([\w ]+) \| `([\w-]+)` \|/gm)].map(([, group, id]) => [group, id]);
  expect(rows).toEqual(CHECKS.map(({ id, group }) => [GROUPS[group], id]));
});

it('docs/doctor.md names every flag', () => {
  const flags = [...flagList().matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag]) => flag!);
  expect(flags.filter((flag) => flag !== '--help' && !document.includes(`\`${flag}`))).toEqual([]);
});
