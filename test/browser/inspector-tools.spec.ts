import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SpawnedProgram } from '../support/spawned-program.js';
import { WebSocketClient } from '../support/web-socket-client.js';
import { launchBrowser } from './browser.js';
import { OpenedInspector } from './opened-inspector.js';

const TIMEOUT = { timeout: 120_000 };

let browser: Browser;
beforeAll(async () => (browser = await launchBrowser()), 60_000);
afterAll(async () => browser?.close());

/** Opens the story of a message that a client sends. */
async function openStory({ page, gateway }: OpenedInspector, message: object): Promise<WebSocketClient> {
  const client = await WebSocketClient.open(gateway.webSocketUrl);
  client.send(message);
  const rows = page.getByRole('listbox', { name: 'Events' }).getByRole('option');
  await rows.filter({ hasText: JSON.stringify(message) }).click();
  return client;
}

describe('the story of a message', TIMEOUT, () => {
  it('is played again, edited, and compared with the first', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/timeline');
    const { page, backend, misdeeds } = inspector;
    using client = await openStory(inspector, { action: 'ping', id: 1 });
    expect((await backend.next()).body).toBe('{"action":"ping","id":1}');

    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('textbox', { name: 'Frame' }).fill('{"action":"ping","id":2}');
    await page.getByRole('button', { name: 'Send again' }).click();

    const comparison = page.getByRole('region', { name: 'Comparison' });
    await comparison.getByText(/^2 of \d+ steps differ$/).waitFor();
    expect((await backend.next()).body).toBe('{"action":"ping","id":2}');
    const differing = await comparison.getByRole('row').filter({ hasText: 'differs' }).allInnerTexts();
    expect(differing.map((text) => text.split('\t'))).toEqual([
      ['frame differs: body.id', '1', '2'],
      ['HTTP request differs: body.id', '1', '2'],
    ]);
    expect(client.unexpected).toEqual([]);

    // the request to the integration, which the backend now refuses
    backend.answer = () => ({ status: 500 });
    await page.getByLabel('Send again').selectOption('the request to the integration');
    await page.getByRole('button', { name: 'Send again' }).click();
    await comparison.getByRole('row').filter({ hasText: 'response differs: status' }).waitFor();
    expect(misdeeds).toEqual([]);
  });

  it('is taken along as a command, and refuses what is no header', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/timeline');
    const { page, backend, misdeeds } = inspector;
    using client = await openStory(inspector, { action: 'ping' });
    await page.getByRole('button', { name: 'Copy as' }).click();
    const copy = page.getByRole('region', { name: 'Copy as' });
    await copy.getByLabel('Form').selectOption('curl to the backend');
    expect(await copy.locator('pre').innerText()).toContain(`${backend.url}/message`);
    await copy.getByLabel('Form').selectOption('Vitest test');
    await copy.getByText('startGateway').waitFor();

    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByLabel('Send again').selectOption('the request to the integration');
    await page.getByLabel('Headers').fill('no header');
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText("'no header' is not a header: write Name: value").waitFor();
    expect(client.unexpected).toEqual([]);
    expect(misdeeds).toEqual([]);
  });
});

describe('time and faults', TIMEOUT, () => {
  it('moves two hours, and shows which connections end', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/time-and-faults');
    const { page, gateway, misdeeds } = inspector;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    await page.getByRole('button', { name: 'To the longest connection: 2 h' }).click();
    expect((await client.closed).code).toBe(1001);
    const effects = page.getByRole('region', { name: 'What followed' });
    await effects.getByText(/1 connection closed/).waitFor();
    await effects.getByRole('link', { name: /close/ }).waitFor();

    await page.getByLabel('By').fill('two days');
    await page.getByRole('button', { name: 'Move forward' }).click();
    await page.getByText(/advance must be a number with the unit/).waitFor();
    await page.getByRole('button', { name: 'Reset the gateway …' }).click();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await page.getByRole('button', { name: 'Reset the gateway …' }).waitFor();
    expect(misdeeds.filter((each) => !each.includes('400'))).toEqual([]);
  });

  it('injects 429s, shows one, and removes them', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/time-and-faults');
    const { page, gateway, misdeeds } = inspector;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    const { items } = (await (await fetch(`${gateway.url}/_gateway/connections`)).json()) as {
      items: { connectionId: string }[];
    };
    const post = `${gateway.url}/dev/@connections/${encodeURIComponent(items[0]!.connectionId)}`;
    const status = async () => (await fetch(post, { method: 'POST', body: 'hello' })).status;

    await page.getByLabel('Throttled with 429').fill('100');
    await page.getByRole('button', { name: 'Inject' }).click();
    await page.getByText(/Injected now: throttle/).waitFor();
    expect(await status()).toBe(429);
    const effects = page.getByRole('region', { name: 'What followed' });
    await effects.getByRole('link', { name: /callback .* 429 refused/ }).click();
    await page.getByRole('region', { name: 'Story' }).getByText('throttle').first().waitFor();

    await page.goBack();
    await page.getByText(/Injected now: throttle/).waitFor();
    expect(await page.getByLabel('Throttled with 429').inputValue()).toBe('100');
    await page.getByRole('button', { name: 'Remove all faults' }).click();
    await page.getByText('No fault is injected.').waitFor();
    expect(await status()).toBe(200);
    expect(await client.nextText()).toBe('hello');
    expect(misdeeds).toEqual([]);
  });
});

describe('a session', TIMEOUT, () => {
  it('is exported by the page and replayed from the command line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'session-'));
    await using inspector = await OpenedInspector.open(browser, '#/timeline');
    const { page, backend, gateway, misdeeds } = inspector;
    const client = await openStory(inspector, { action: 'ping' });
    await client.close();
    await page.getByRole('listbox').getByRole('option').filter({ hasText: 'close' }).waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export' }).click(),
    ]);
    const file = join(folder, download.suggestedFilename());
    await download.saveAs(file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      format: 'backchannel-session',
      version: 1,
    });

    await using same = SpawnedProgram.run('gateway/main.js', ['replay', file, '--url', gateway.url]);
    expect([await same.exit, same.stdout, same.stderr]).toEqual([
      0,
      ['replayed 1 connection, 1 frame, 1 close', 'no difference'],
      [],
    ]);
    backend.answer = () => ({ status: 500 });
    await using different = SpawnedProgram.run('gateway/main.js', ['replay', file, '--url', gateway.url]);
    expect(await different.exit).toBe(1);
    expect(different.stdout.join('\n')).toMatch(/response, status\n +recorded {2}200\n +replayed {2}500/);
    await using wrong = SpawnedProgram.run('gateway/main.js', [
      'replay',
      file,
      '--url',
      'http://127.0.0.1:9',
    ]);
    expect(await wrong.exit).toBe(2);
    expect(wrong.stderr[0]).toContain('no gateway responds');
    rmSync(folder, { recursive: true });
    expect(misdeeds).toEqual([]);
  });
});

describe('the APIs', TIMEOUT, () => {
  it('are shown as deployed with what lint finds, and explain a message without sending it', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/apis');
    const { page, backend, misdeeds } = inspector;
    const row = page.getByRole('row').filter({ hasText: '$default' });
    await row.getByText('deployed').waitFor();
    expect(await row.innerText()).toContain(`${backend.url}/message`);
    await page.getByRole('region', { name: 'Lint' }).waitFor();

    await page.getByRole('textbox', { name: 'Message' }).fill('{"action":"ping"}');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText('This would be sent:').waitFor();
    const text = await page.getByRole('region', { name: 'Explain' }).locator('pre').innerText();
    expect(text).toMatch(/POST \/message HTTP\/1\.1\n(?:.*\n)*ConnectionId: placeholderConnect==/);
    expect(backend.unexpected).toEqual([]);
    expect(misdeeds).toEqual([]);
  });
});

describe('the meter', TIMEOUT, () => {
  it('counts this session, and says what it would cost for many users', async () => {
    await using inspector = await OpenedInspector.open(browser, '#/meter');
    const { page, gateway, misdeeds } = inspector;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send('x'.repeat(32_768));
    const cell = (name: string) => page.getByRole('row').filter({ hasText: name }).getByRole('cell').first();
    await page
      .getByRole('row')
      .filter({ hasText: 'messages of clients' })
      .getByText('1', { exact: true })
      .waitFor();
    await page.getByLabel('Users').fill('1000000');
    await page.getByLabel('each doing this').fill('1');
    expect(await cell('messages of 32 KB').innerText()).toBe('1,000,000');
    const dollars = page.getByRole('row').filter({ hasText: 'messages of 32 KB' }).getByRole('cell').nth(1);
    expect(await dollars.innerText()).toBe('1.00');
    expect(misdeeds).toEqual([]);
  });
});
