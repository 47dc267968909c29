import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UpdateIntegrationCommand } from '@aws-sdk/client-apigatewayv2';
import { CHECKS } from '../../src/doctor/checks/all-checks.js';
import { LiveSetUp } from './live-set-up.js';
import { PLANTED_FAULTS } from './planted-faults.js';

let setUp: LiveSetUp;
beforeEach(async () => {
  setUp = await LiveSetUp.start();
});
afterEach(() => setUp[Symbol.asyncDispose]());

describe('the doctor', () => {
  it('finds nothing in a healthy set-up', async () => {
    const { exitCode, output } = await setUp.doctor();
    expect({ exitCode, marked: output.match(/^[×‼].*$/gm) }).toEqual({ exitCode: 0, marked: null });
    expect(output).toMatch(/^43 passed, 0 warnings, 0 problems, 3 skipped$/m);
  });

  it.each(PLANTED_FAULTS.map((planted) => [planted.check, planted.fault, planted] as const))(
    '%s finds %s',
    async (check, _, { plant, args = [], sign, seen }) => {
      await plant(setUp);
      const { exitCode, output, errors } = await setUp.doctor(
        '--only',
        check,
        '--fail-on',
        'warning',
        ...args,
      );
      expect(errors).toBe('');
      expect(output).toMatch(new RegExp(`^${sign} .* \\[${check}\\]$`, 'm'));
      expect(output).toMatch(seen);
      expect(output).toMatch(/^ {4}→ \S/m);
      expect(output).toMatch(/^ {4}see docs\/troubleshooting\.md#\S/m);
      expect(exitCode).toBe(1);
    },
  );

  it('mentions a $connect that passes upgrade headers on, but does not object to it', async () => {
    await setUp.api.control.send(
      new UpdateIntegrationCommand({
        ApiId: setUp.api.apiId,
        IntegrationId: setUp.api.integrationIds.get('$connect'),
        RequestParameters: { 'integration.request.header.Sec-WebSocket-Version': '' },
      }),
    );
    const { exitCode, output } = await setUp.doctor('--only', 'upgrade-headers', '--fail-on', 'warning');
    expect(output).toMatch(
      /^√ .* \[upgrade-headers\]\n {4}\$connect \(integration \w+\) passes Sec-WebSocket/m,
    );
    expect(exitCode).toBe(0);
  });

  it.each([
    [5_000, /^‼ .* \[keep-alive\]\n {4}http:\S+ keeps idle connections for 5 s/m],
    [360_000, /^√ .*keeps idle connections for 360 s \[keep-alive\]$/m],
  ])('measures a keep-alive of %i ms', async (keepAliveTimeout, line) => {
    const server = createServer({ keepAliveTimeout }, (_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { output } = await setUp.doctor('--only', 'keep-alive', '--service-url', url);
    server.close();
    server.closeAllConnections();
    expect(output).toMatch(line);
  });

  it('has a planted fault for every check', () => {
    const withoutPlant = ['upgrade-headers', 'keep-alive'];
    const planted = PLANTED_FAULTS.map(({ check }) => check);
    expect([...new Set([...planted, ...withoutPlant])].toSorted()).toEqual(
      CHECKS.map(({ id }) => id).toSorted(),
    );
  });

  it('never prints the secret', async () => {
    await PLANTED_FAULTS.find(({ fault }) => fault.startsWith('a secret that was rotated'))!.plant(setUp);
    const { output } = await setUp.doctor();
    const json = await setUp.doctor('--json');
    expect(output + json.output).not.toMatch(/4f8d1c0b9a7e6d5c|another-secret/);
  });
});
