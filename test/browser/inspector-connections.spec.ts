import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketClient } from '../support/web-socket-client.js';
import { launchBrowser } from './browser.js';
import { OpenedInspector } from './opened-inspector.js';

const TIMEOUT = { timeout: 120_000 };

let browser: Browser;
beforeAll(async () => (browser = await launchBrowser()), 60_000);
afterAll(async () => browser?.close());

describe('the connections of the inspector', TIMEOUT, () => {
  it('shows a connection with its sequence, whose arrows lead to the stories', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/connections');
    const { page, gateway, misdeeds } = inspector;
    await page.getByText('No client has connected yet').waitFor();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'ping' });
    const rows = page.getByRole('listbox', { name: 'Connections' }).getByRole('option');
    await rows.filter({ hasText: 'chat · dev' }).filter({ hasText: '1 in' }).click();

    const sequence = page.getByRole('region', { name: 'Sequence' });
    await sequence.getByRole('link', { name: 'gateway to backend: $default' }).waitFor();
    await sequence.getByRole('link', { name: 'client to gateway: {"action":"ping"}' }).click();
    await page.getByRole('region', { name: 'Story' }).getByRole('heading', { name: 'message' }).waitFor();
    expect(misdeeds).toEqual([]);
  });

  it('shows a refused post at the message that led to it, and no connection for its id', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/timeline');
    const { page, gateway, backend, misdeeds } = inspector;
    backend.answer = async () => {
      await fetch(`${gateway.url}/dev/@connections/undefined`, { method: 'POST', body: 'hello' });
      return { status: 200, body: 'ok' };
    };
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'ping' });
    const post = page.getByRole('option').filter({ hasText: 'POST hello' });
    await post.filter({ hasText: 'undefined' }).click();
    const story = page.getByRole('region', { name: 'Story' });
    const reason = 'undefined is not a connection id: the backend has not received one';
    await story.getByText(`400 refused: ${reason}`).waitFor();
    await story.getByRole('link', { name: 'message $default' }).click();
    await story.getByRole('heading', { name: 'message $default' }).waitFor();

    await inspector.goTo('#/connections');
    await page.getByText('1 open, 0 closed').waitFor();
    await page.getByRole('listbox', { name: 'Connections' }).getByRole('option').click();
    await page.getByRole('link', { name: 'backend to gateway: POST hello to undefined' }).waitFor();
    expect(misdeeds).toEqual([]);
  });

  it('sends as the backend, and disconnects', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/connections');
    const { page, gateway, misdeeds } = inspector;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    await page.getByRole('listbox', { name: 'Connections' }).getByRole('option').click();
    await page.getByLabel('Message to the client').fill('{"type":"hello"}');
    await page.getByRole('button', { name: 'Send as the backend' }).click();
    expect(await client.nextText()).toBe('{"type":"hello"}');
    await page.getByRole('link', { name: 'gateway to client: {"type":"hello"}' }).waitFor();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    expect(await client.closed).toMatchObject({ code: 1000 });
    await page.getByText('0 open').waitFor();
    expect(misdeeds).toEqual([]);
  });

  it('sends as the client if the connection is one of the page', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/clients');
    const { page } = inspector;
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('link', { name: /^connection / }).click();
    await page.getByLabel('Message from the client').fill('{"action":"join"}');
    await page.getByRole('button', { name: 'Send as the client' }).click();
    await page.getByRole('link', { name: 'client to gateway: {"action":"join"}' }).waitFor();
    expect((await inspector.backend.next()).body).toBe('{"action":"join"}');
  });

  it('can be used with the keyboard alone', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/timeline');
    const { page, gateway } = inspector;
    using _ = await WebSocketClient.open(gateway.webSocketUrl);
    await page.keyboard.press('2');
    await page.getByText('1 open').waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: /^Connection / }).waitFor();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('connection');
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.id')).toBe('connections');
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.getByText('next connection').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.keyboard.press('1');
    await page.getByRole('searchbox').waitFor();
  });
});
