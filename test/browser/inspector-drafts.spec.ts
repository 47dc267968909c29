import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.js';
import { OpenedInspector } from './opened-inspector.js';

let browser: Browser;
beforeAll(async () => (browser = await launchBrowser()), 60_000);
afterAll(async () => browser?.close());

describe('a text that is typed and not sent', { timeout: 120_000 }, () => {
  it.each([
    ['a message of a client', '#/clients', 'Message'],
    ['the path of an HTTP request', '#/clients/http', 'Path and query'],
    ['the body of an HTTP request', '#/clients/http', 'Body'],
    ['the headers to explain', '#/apis', 'Headers of the handshake'],
    ['the message to explain', '#/apis', 'Message'],
  ])('stays while other views are shown: %s', async (_, hash, label) => {
    await using inspector = await OpenedInspector.open(browser, hash);
    const { page, misdeeds } = inspector;
    const field = page.getByLabel(label, { exact: true });
    await field.fill('{"draft":1}');
    await page.getByRole('link', { name: 'Meter' }).click();
    await field.waitFor({ state: 'detached' });
    await page.goBack();
    await field.waitFor();
    expect(await field.inputValue()).toBe('{"draft":1}');
    expect(misdeeds).toEqual([]);
  });

  it('belongs to its client', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/clients');
    const { page } = inspector;
    const field = page.getByLabel('Message', { exact: true });
    await field.fill('{"first":1}');
    await page.getByRole('button', { name: 'New client' }).click();
    await page.getByRole('tab', { name: 'Client 2 closed' }).waitFor();
    expect(await field.inputValue()).toBe('');
    await page.getByRole('tab', { name: 'Client 1 closed' }).click();
    expect(await field.inputValue()).toBe('{"first":1}');
  });
});
