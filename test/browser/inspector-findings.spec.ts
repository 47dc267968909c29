import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from './browser.js';
import { OpenedInspector } from './opened-inspector.js';

const folder = mkdtempSync(join(tmpdir(), 'findings-'));
const template = join(folder, 'flawed.json');

let browser: Browser;
beforeAll(async () => {
  writeFileSync(template, JSON.stringify(FLAWED));
  browser = await launchBrowser();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

it('leads from the navigation to the route with an error', { timeout: 120_000 }, async () => {
  await using inspector = await OpenedInspector.open(browser, '#/timeline', {}, [`--template=${template}`]);
  const { page, misdeeds } = inspector;
  await page.getByRole('link', { name: 'APIs 1 error', exact: true }).click();
  await page.getByRole('combobox', { name: 'API' }).selectOption({ label: 'flawed (WEBSOCKET)' });
  const lint = page.getByRole('region', { name: 'Lint' });
  await lint.getByText('error: no-connection-id').waitFor();

  const texts = await lint.getByRole('listitem').allInnerTexts();
  expect(texts.map((text) => text.split(' ')[0])).toEqual(['error:', 'hint:']);
  expect(texts[0]).toMatch(/\(flawed\.json, line \d+\)/);
  const row = (route: string) => page.getByRole('row').filter({ hasText: route });
  expect(await row('$default').innerText()).toContain('error: no-connection-id');
  // the mappings of a route with an error are open
  await row('$default').getByText('header.X-Stage = context.stage').waitFor();
  expect(await row('$connect').innerText()).toContain('hint: upgrade-headers');
  expect(await row('$connect').getByText('header.ConnectionId').isVisible()).toBe(false);
  expect(misdeeds).toEqual([]);
});

const integration = (path: string, [name, source]: readonly [string, string]) => ({
  Type: 'AWS::ApiGatewayV2::Integration',
  Properties: {
    ApiId: { Ref: 'Api' },
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'POST',
    IntegrationUri: `http://127.0.0.1:9/${path}`,
    RequestParameters: { [`integration.request.header.${name}`]: source },
  },
});

const route = (routeKey: string, integrationId: string) => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'Api' },
    RouteKey: routeKey,
    Target: { 'Fn::Sub': `integrations/\${${integrationId}}` },
  },
});

/** The hint comes before the error. */
const FLAWED = {
  Resources: {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'flawed',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    Connecting: integration('connect', ['ConnectionId', 'context.connectionId']),
    Messages: integration('message', ['X-Stage', 'context.stage']),
    ConnectRoute: route('$connect', 'Connecting'),
    DefaultRoute: route('$default', 'Messages'),
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: 'dev', AutoDeploy: true },
    },
  },
};
