import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.js';
import { OpenedInspector } from './opened-inspector.js';

const TIMEOUT = { timeout: 120_000 };

let browser: Browser;
beforeAll(async () => (browser = await launchBrowser()), 60_000);
afterAll(async () => browser?.close());

describe('a test client of the inspector', TIMEOUT, () => {
  it('connects, sends, shows what it receives, and leads to the story', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/clients');
    const { page, backend, misdeeds } = inspector;
    backend.answer = () => ({ status: 200, body: '{"type":"pong"}' });
    await page.getByLabel('Query string').fill('room=7');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('tab', { name: 'Client 1 open' }).waitFor();
    await page.getByLabel('Message', { exact: true }).fill('{"action":"ask"}');
    await page.keyboard.press('Control+Enter');
    const log = page.getByRole('region', { name: 'Log' });
    await log.getByText('{"type":"pong"}').waitFor();

    await log.getByRole('listitem').filter({ hasText: '"ask"' }).getByRole('link', { name: 'story' }).click();

    const story = page.getByRole('region', { name: 'Story' });
    await story.getByText('$request.body.action = "ask" → ask').waitFor();
    expect(await story.innerText()).toContain('frame out');
    // the client is still there, and connected
    await page.goBack();
    await page.getByRole('tab', { name: 'Client 1 open' }).waitFor();
    await page.getByRole('link', { name: /^connection / }).click();
    await page.getByRole('region', { name: 'Sequence' }).getByText('room=7').waitFor();
    expect(misdeeds).toEqual([]);
  });

  it('says why a handshake was refused, which browsers do not', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/clients');
    const { page } = inspector;
    await page.getByLabel('Query string').fill('x'.repeat(4_100));
    await page.getByRole('button', { name: 'Connect' }).click();
    const log = page.getByRole('region', { name: 'Log' });
    await log.getByText('closed with 1006').waitFor();
    await log.getByText(/^414 refused/).waitFor();
    expect(await page.getByRole('tab', { name: 'Client 1 closed' }).count()).toBe(1);
  });

  it('keeps several clients, and stores their settings and messages', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/clients');
    const { page, misdeeds } = inspector;
    await page.getByLabel('Message', { exact: true }).fill('{"saved":1}');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'New client' }).click();
    await page.getByRole('tab', { name: 'Client 2 closed' }).waitFor();
    await page.getByLabel('Sub-protocols').fill('chat.v1');
    await page.reload();
    await page.getByRole('tab', { name: 'Client 2 closed' }).waitFor();
    expect(await page.getByLabel('Sub-protocols').inputValue()).toBe('chat.v1');
    await page.getByRole('combobox', { name: 'Saved messages' }).selectOption('{"saved":1}');
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('{"saved":1}');
    await page.getByRole('button', { name: 'Remove' }).click();
    expect(await page.getByRole('tab').count()).toBe(2);
    expect(misdeeds).toEqual([]);
  });

  it('names the place where a message stops being JSON', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/clients');
    const { page } = inspector;
    await page.getByLabel('Message', { exact: true }).fill('{\n  "a" 1\n}');
    await page.getByText('Not JSON: line 2, column 7: a colon is expected.').waitFor();
    await page.getByLabel('Message', { exact: true }).fill('{"a":1}');
    await page.getByRole('button', { name: 'Indent' }).click();
    expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('{\n  "a": 1\n}');
  });
});

describe('the composer of HTTP requests', TIMEOUT, () => {
  it('sends a request, shows the response, and leads to the story', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/clients/http');
    const { page, backend, misdeeds } = inspector;
    backend.answer = () => ({ status: 201, body: '{"id":7}' });
    await page.getByText('Routes: ANY /books').waitFor();
    await page.getByLabel('Method').selectOption('POST');
    await page.getByLabel('Path and query').fill('/books?x=1');
    await page.getByLabel('Headers, one a line').fill('X-Trace: abc');
    await page.getByLabel('Body').fill('{"title":"Emma"}');
    await page.getByRole('button', { name: 'Send' }).click();
    const response = page.getByRole('region', { name: 'Response' });
    await response.getByText(/^201 in /).waitFor();
    expect(await response.innerText()).toContain('"id": 7');
    await response.getByRole('link', { name: 'story' }).click();
    await page.getByRole('region', { name: 'Story' }).getByText('POST /books?x=1').first().waitFor();
    expect(misdeeds).toEqual([]);
  });

  it('names a header that a page cannot set', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/clients/http');
    const { page } = inspector;
    await page.getByLabel('Headers, one a line').fill('Cookie: a=b');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('A browser sets the header Cookie itself');
  });
});
