// `npm run docs:screenshots` draws docs/inspector/*.webp, light and dark. Needs Chromium: CHROMIUM, or /usr/bin/chromium.
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type Page } from 'playwright-core';
import { launchBrowser } from '../test/browser/browser.ts';
import { type DemoGateway, startDemoGateway } from './demo-gateway.ts';

const FOLDER = join(import.meta.dirname, '../docs/inspector');
const VIEWPORT = { width: 1280, height: 760 };
/** GitHub shows them; a larger picture delays the document. */
const MAX_BYTES = 120 * 1024;

/** By the name of the file: the address, and what is done before the picture is taken. */
const PICTURES: Readonly<Record<string, readonly [hash: string, prepare: (page: Page) => Promise<void>]>> = {
  timeline: ['#/timeline', async (page) => page.getByText('"history"').waitFor()],
  story: [
    '#/timeline',
    async (page) => page.getByRole('option').filter({ hasText: '"join"' }).first().click(),
  ],
  connections: [
    '#/connections',
    async (page) => {
      await page.getByRole('option').filter({ hasText: '4 in' }).click();
      await page.getByRole('region', { name: 'Sequence' }).waitFor();
    },
  ],
  clients: ['#/clients', useTestClient],
};

async function useTestClient(page: Page): Promise<void> {
  await page.getByLabel('Query string').fill('room=7');
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByRole('tab', { name: 'Client 1 open' }).waitFor();
  const log = page.getByRole('region', { name: 'Log' });
  for (const [action, reply] of [
    ['join', 'joined'],
    ['ask', 'pong'],
  ] as const) {
    await page
      .getByLabel('Message', { exact: true })
      .fill(JSON.stringify({ action, channel: 'news' }, undefined, 2));
    await page.getByRole('button', { name: 'Send' }).click();
    await log.getByText(`"type":"${reply}"`).waitFor();
  }
  await page.getByRole('button', { name: 'Save' }).click();
}

/** What the timeline shows: three clients, a mistake in a mapping, a binary frame, and a request to the HTTP API. */
async function talk({ url, webSocketUrl }: DemoGateway): Promise<readonly WebSocket[]> {
  const open = async () => {
    const socket = new WebSocket(`${webSocketUrl}?token=secret`);
    await once(socket, 'open');
    return socket;
  };
  const [first, second, third] = [await open(), await open(), await open()];
  const send = async (socket: WebSocket, message: string | Uint8Array, event: string) => {
    socket.send(message);
    await nextEvent(url, event);
  };
  await send(first, '{"action":"join","channel":"news"}', 'type=message&routeKey=join');
  await send(first, '{"action":"ask","id":1}', 'type=message&routeKey=ask');
  await send(second, '{"action":"join","channel":"news"}', 'type=message&routeKey=join');
  await send(first, '{"action":"ping","id":2}', 'type=message&routeKey=$default');
  await send(first, '{"action":"history","channel":"news"}', 'type=message&routeKey=history');
  await fetch(`${url}/books?author=austen`);
  await send(third, new Uint8Array([1, 2, 3]), 'type=close');
  return [first, second];
}

/** Waits for an event after the last one that was waited for. */
let after: number | undefined;
async function nextEvent(url: string, filter: string): Promise<void> {
  const response = await fetch(`${url}/_gateway/events?after=${after ?? 0}&wait=30s&limit=1&${filter}`);
  ({ after } = (await response.json()) as { readonly after: number });
}

async function draw(
  browser: Browser,
  url: string,
  name: string,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  const [hash, prepare] = PICTURES[name]!;
  const context = await browser.newContext({ colorScheme, viewport: VIEWPORT, deviceScaleFactor: 1.5 });
  const page = await context.newPage();
  await page.goto(`${url}/_gateway/${hash}`);
  await page.getByText('live', { exact: true }).waitFor();
  await prepare(page);
  const session = await context.newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  const picture = Buffer.from(data, 'base64');
  const file = `${name}-${colorScheme}.webp`;
  if (picture.length > MAX_BYTES)
    throw new Error(`${file} has ${picture.length} bytes: at most ${MAX_BYTES}`);
  await writeFile(join(FOLDER, file), picture);
  process.stdout.write(`${file} ${Math.ceil(picture.length / 1024)} KB\n`);
  await context.close();
}

await mkdir(FOLDER, { recursive: true });
const gateway = await startDemoGateway(['--record=32mb']);
const browser = await launchBrowser();
try {
  const sockets = await talk(gateway);
  for (const name of Object.keys(PICTURES)) {
    for (const colorScheme of ['light', 'dark'] as const) await draw(browser, gateway.url, name, colorScheme);
  }
  for (const socket of sockets) socket.close();
} finally {
  await browser.close();
  await gateway.close();
}
