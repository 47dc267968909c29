import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketClient } from '../support/web-socket-client.js';
import { launchBrowser } from './browser.js';
import { OpenedInspector } from './opened-inspector.js';

const TIMEOUT = { timeout: 120_000 };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

let browser: Browser;
beforeAll(async () => (browser = await launchBrowser()), 60_000);
afterAll(async () => browser?.close());

/** One line for each element that breaks a rule of WCAG AA. */
async function violations(page: Page): Promise<readonly string[]> {
  // not a script element, which the page's Content-Security-Policy refuses
  await page.evaluate(AXE);
  const found = await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(TAGS)} }).then(
    ({ violations }) => violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, failureSummary }) => impact + ' ' + id + ': ' + html + ' ' + failureSummary)))`);
  return found as readonly string[];
}

/** Some traffic, with a refused message, so that every view has something to show. */
async function talk({ backend, gateway }: OpenedInspector): Promise<WebSocketClient> {
  backend.answer = ({ body }) => ({ status: body.includes('fail') ? 500 : 200, body: '{"type":"pong"}' });
  const client = await WebSocketClient.open(gateway.webSocketUrl);
  client.send({ action: 'ping' });
  client.send({ action: 'fail' });
  client.send({ action: 'ask' });
  await client.nextText();
  return client;
}

describe.each(['light', 'dark'] as const)('the inspector in %s', TIMEOUT, (colorScheme) => {
  it('breaks no rule of WCAG AA in any view', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/timeline', { colorScheme });
    const { page } = inspector;
    expect(await violations(page)).toEqual([]);
    using _ = await talk(inspector);
    const views = await page.getByRole('navigation').getByRole('link').allInnerTexts();
    expect(views.length).toBeGreaterThan(2);
    for (const view of views) {
      await page.getByRole('link', { name: view, exact: true }).click();
      await page.getByRole('link', { name: view, exact: true }).and(page.locator('[aria-current]')).waitFor();
      expect([view, await violations(page)]).toEqual([view, []]);
    }
  });

  it('breaks none in a story, a connection, the keys and a connected client', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/timeline', { colorScheme });
    const { page } = inspector;
    using _ = await talk(inspector);
    await page.getByRole('option').filter({ hasText: '"fail"' }).click();
    await page.getByRole('region', { name: 'Story' }).getByText('500').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Connections' }).click();
    await page.getByRole('option').first().click();
    await page.getByRole('region', { name: 'Sequence' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Clients' }).click();
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('tab', { name: 'Client 1 open' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

it('moves nothing', TIMEOUT, async () => {
  await using inspector = await OpenedInspector.open(browser, '#/timeline');
  const { page } = inspector;
  using _ = await talk(inspector);
  await page.getByRole('listbox').getByRole('option').first().waitFor();
  const moving = `[...document.querySelectorAll('*')].filter((element) => {
    const { animationName, transitionDuration } = getComputedStyle(element);
    return animationName !== 'none' || transitionDuration !== '0s';
  }).length`;
  expect(await page.evaluate(moving)).toBe(0);
});

it('fits a window of 360 px in every view', TIMEOUT, async () => {
  const viewport = { width: 360, height: 700 };
  await using inspector = await OpenedInspector.open(browser, '#/timeline', { viewport });
  const { page } = inspector;
  using _ = await talk(inspector);
  for (const view of await page.getByRole('navigation').getByRole('link').allInnerTexts()) {
    await page.getByRole('link', { name: view, exact: true }).click();
    const overflow = 'document.documentElement.scrollWidth - innerWidth';
    expect([view, await page.evaluate(overflow)]).toEqual([view, 0]);
  }
});
