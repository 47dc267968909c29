import { type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HttpBackend } from '../support/http-backend.js';
import { WebSocketClient } from '../support/web-socket-client.js';
import { launchBrowser } from './browser.js';
import { HostileSite } from './hostile-site.js';
import { ServedGateway } from './served-gateway.js';

const TOKEN = 'the-admin-token-of-this-test';
const PING = { action: 'ping', id: 1 };
const TIMEOUT = { timeout: 120_000 };

let browser: Browser;
beforeAll(async () => (browser = await launchBrowser()), 60_000);
afterAll(async () => browser?.close());

let backend: HttpBackend;
let gateway: ServedGateway;
let context: BrowserContext;
let page: Page;
/** What the page should not do: errors, and requests to other hosts. */
let misdeeds: string[];

async function open(): Promise<void> {
  gateway = await ServedGateway.start(backend.url);
  await page.goto(`${gateway.url}/_gateway/`);
  await isLive();
}

const isLive = async () => page.getByText('live', { exact: true }).waitFor();

beforeEach(async () => {
  backend = await HttpBackend.start();
  context = await browser.newContext({ colorScheme: 'light', viewport: { width: 1280, height: 720 } });
  page = await context.newPage();
  misdeeds = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) misdeeds.push(message.text());
  });
  page.on('pageerror', (error) => misdeeds.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== gateway.url) misdeeds.push(request.url());
  });
});

afterEach(async () => {
  await context.close();
  await gateway[Symbol.asyncDispose]();
  await backend[Symbol.asyncDispose]();
});

const rows = () => page.getByRole('listbox', { name: 'Events' }).getByRole('option');
const story = () => page.getByRole('region', { name: 'Story' });

describe('the inspector', TIMEOUT, () => {
  it('says what to do next while nothing has happened', async () => {
    await open();
    await page.getByText(`npx wscat -c "${gateway.url.replace('http', 'ws')}/dev"`).waitFor();
    expect(misdeeds).toEqual([]);
  });

  it('shows a message live, and its story step by step, with what AWS would not explain', async () => {
    await open();
    backend.answer = () => ({ status: 200, body: '{"type":"pong"}' });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send(PING);

    await rows().filter({ hasText: '"ping"' }).filter({ hasText: 'no reply' }).click();

    const text = await story().innerText();
    for (const part of [
      'response dropped: the route is one-way',
      '$request.body.action = "ping" → $default',
      `POST ${backend.url}/message`,
      'header.ConnectionId',
      'context.connectionId',
      '"type": "pong"',
      'docs/troubleshooting.md, 10',
    ]) {
      expect(text).toContain(part);
    }
    expect(misdeeds).toEqual([]);
    // a link leads to the same story
    await page.reload();
    await story().getByText('the route is one-way').first().waitFor();
  });

  it('filters, pauses and clears', async () => {
    await open();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send(PING);
    await rows().nth(1).waitFor();

    await page.getByRole('searchbox').fill('route:$default ping');
    expect(await rows().count()).toBe(1);
    await page.getByRole('searchbox').fill('no-such-text');
    await page.getByRole('button', { name: 'Show all 2' }).click();
    await page.getByRole('combobox').selectOption('handshake');
    expect(await rows().count()).toBe(1);
    await page.getByRole('combobox').selectOption('');
    await page.getByRole('button', { name: 'Failed' }).click();
    expect(await rows().count()).toBe(0);
    await page.getByRole('button', { name: 'Show all 2' }).click();

    await page.getByRole('button', { name: 'Pause' }).click();
    client.send(PING);
    await page.getByText('paused, 1 new').waitFor();
    expect(await rows().count()).toBe(2);
    await page.getByRole('button', { name: 'Resume' }).click();
    await rows().nth(2).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await rows().count()).toBe(0);
  });

  it('can be used with the keyboard alone', async () => {
    await open();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send(PING);
    await rows().nth(1).waitFor();

    await page.keyboard.press('j');
    await story().getByRole('heading', { name: 'handshake' }).waitFor();
    await page.keyboard.press('j');
    await story().getByRole('heading', { name: 'message' }).waitFor();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('story');
    await page.keyboard.press('k');
    await story().getByRole('heading', { name: 'handshake' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await story().isVisible()).toBe(false);
    expect(await page.evaluate('document.activeElement.id')).toBe('rows');
    await page.keyboard.press('/');
    await page.keyboard.type('jk');
    expect(await page.getByRole('searchbox').inputValue()).toBe('jk');
  });

  it('fits a narrow window and a dark one', async () => {
    await page.setViewportSize({ width: 390, height: 700 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await open();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send(PING);
    await rows().nth(1).click();
    await story().getByText('the route is one-way').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const background = 'getComputedStyle(document.body).backgroundColor';
    expect(await page.evaluate(background)).toBe('rgb(20, 21, 23)');
    await page.getByRole('button', { name: 'Close' }).click();
    expect(await rows().first().isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Theme: system' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).waitFor();
    expect(await page.evaluate(background)).toBe('rgb(251, 251, 250)');
  });

  it('is opened by a link where the gateway needs the admin token', async () => {
    gateway = await ServedGateway.start(backend.url, ['--admin-token', TOKEN]);
    const refused = await context.newPage();
    await refused.goto(`${gateway.url}/_gateway/`);
    expect(await refused.locator('body').innerText()).toContain('/_gateway/?token=TOKEN');
    await page.goto(`${gateway.url}/_gateway/?token=${TOKEN}`);
    await isLive();
    expect(page.url()).toBe(`${gateway.url}/_gateway/`);
    await page.getByText(`npx wscat -c "${gateway.url.replace('http', 'ws')}/dev"`).waitFor();
    expect(misdeeds).toEqual([]);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/_gateway/' });
  });

  it('gives nothing to another site, nor under a name that was pointed at this machine', async () => {
    await open();
    const origin = gateway.url;
    await using site = await HostileSite.start();
    await page.goto(`http://evil.example:${site.port}/`);
    const read = (url: string) =>
      page.evaluate(
        `fetch('${url}').then(async (response) => response.status + await response.text(), String)`,
      );
    expect(await read(`${origin}/_gateway/`)).toMatch(/^TypeError/);
    expect(await read(`${origin}/_gateway/events`)).toMatch(/^TypeError/);
    site.rebind(origin);
    expect(await read('/_gateway/')).toMatch(/^403.*host_not_allowed/);
  });
});
