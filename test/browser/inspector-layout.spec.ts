import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketClient } from '../support/web-socket-client.js';
import { launchBrowser } from './browser.js';
import { OpenedInspector } from './opened-inspector.js';

const TIMEOUT = { timeout: 120_000 };

let browser: Browser;
beforeAll(async () => (browser = await launchBrowser()), 60_000);
afterAll(async () => browser?.close());

describe('the empty timeline', TIMEOUT, () => {
  it.each([
    ['the first reader', [], 'Recording began with the first reader'],
    ['the start', ['--record=1mb'], 'The gateway records everything since its start'],
  ])('leads to the clients, and says that recording began with %s', async (_, flags, sentence) => {
    await using inspector = await OpenedInspector.open(browser, '#/timeline', {}, flags);
    const { page, misdeeds } = inspector;
    await page.getByText(sentence).waitFor();
    await page.getByRole('region', { name: 'Timeline' }).getByRole('link', { name: 'Clients' }).click();
    await page.getByRole('tab', { name: 'Client 1 closed' }).waitFor();
    expect(misdeeds).toEqual([]);
  });
});

it('names the columns of the events and of the connections', TIMEOUT, async () => {
  await using inspector = await OpenedInspector.open(browser, '#/timeline');
  const { page, gateway } = inspector;
  using _ = await WebSocketClient.open(gateway.webSocketUrl);
  const heads = page.locator('.row-heads');
  await heads.waitFor();
  expect(await heads.innerText()).toMatch(/^s since start\s+event\s+client\s+route\s+what happened/);
  await page.getByRole('link', { name: 'Connections' }).click();
  await heads.getByText('since, UTC').waitFor();
  expect(await heads.innerText()).toMatch(/^state\s+id\s+API · stage\s+user or IP\s+messages/);
});

it('scrolls the routes inside their card in a narrow window', TIMEOUT, async () => {
  const viewport = { width: 480, height: 800 };
  await using inspector = await OpenedInspector.open(browser, '#/apis', { viewport });
  const { page } = inspector;
  const table = page.getByRole('region', { name: 'Routes', exact: true });
  await table.waitFor();
  const { x, width } = (await table.boundingBox())!;
  expect(x + width).toBeLessThan(480);
  const beyond = await page.evaluate(
    "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.routes'))",
  );
  expect(beyond).toBeGreaterThan(0);
});
