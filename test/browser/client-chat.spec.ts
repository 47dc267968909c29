import { join } from 'node:path';
import { type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalPrograms } from '../support/local-programs.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { launchBrowser } from './browser.js';

const SERVE = join(import.meta.dirname, '../../examples/browser/serve.js');
const TIMEOUT = { timeout: 120_000 };

let browser: Browser;
beforeAll(async () => (browser = await launchBrowser()), 60_000);
afterAll(async () => browser?.close());

/** The example `examples/browser`, with the real gateway and service. */
describe('the chat in a browser', TIMEOUT, () => {
  let programs: LocalPrograms;
  let site: Awaited<ReturnType<typeof SpawnedProgram.listening>>;
  let misdeeds: string[];

  beforeEach(async () => {
    programs = await LocalPrograms.start();
    site = await SpawnedProgram.listening(SERVE, [], { PORT: '0' });
    misdeeds = [];
  }, 60_000);

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await site.program.kill('SIGTERM');
    await programs[Symbol.asyncDispose]();
  });

  async function open(name: string): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1000, height: 560 },
      colorScheme: 'light',
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => misdeeds.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') misdeeds.push(message.text());
    });
    await page.clock.install();
    await page.goto(`${site.url}/?name=${name}&url=${encodeURIComponent(programs.url())}`);
    await page.getByText('joined, 0 caught up').first().waitFor();
    return page;
  }

  const say = async (page: Page, text: string) => {
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
  };
  const messages = (page: Page) => page.locator('#messages li').allTextContents();

  it('shows who is there, continues after a break, and hands over without a gap', async () => {
    const [ida, jan] = [await open('ida'), await open('jan')];
    await ida.locator('#count', { hasText: '2' }).waitFor();
    await jan.locator('#count', { hasText: '2' }).waitFor();

    await say(ida, 'hello');
    await say(jan, 'hello, ida');
    await ida.getByText('jan: hello, ida').waitFor();

    // what is said meanwhile arrives afterwards, marked; no timer reconnects before
    await jan.clock.pauseAt(await jan.evaluate(() => Date.now() + 1000));
    await jan.getByRole('button', { name: 'Break the connection' }).click();
    await jan.locator('#status', { hasText: 'waiting' }).waitFor();
    await say(ida, 'are you there?');
    await ida.getByText('ida: are you there?').waitFor();
    await jan.clock.fastForward('00:10');
    await jan.clock.resume();
    await jan.locator('li.replayed', { hasText: 'are you there?' }).waitFor();
    await say(jan, 'again');

    // a minute later, the connection is replaced
    await ida.getByText('jan: again').waitFor();
    for (const page of [ida, jan]) {
      await page.clock.fastForward('01:05');
      await page.getByText('hand-over completed').waitFor();
    }
    await say(jan, 'did you notice?');
    await ida.getByText('did you notice?').waitFor();

    const all = [
      '1 ida: hello',
      '2 jan: hello, ida',
      '3 ida: are you there?',
      '4 jan: again',
      '5 jan: did you notice?',
    ];
    expect(await messages(ida)).toEqual(all);
    await jan.getByText('did you notice?').waitFor();
    expect(await messages(jan)).toEqual(all);
    const screenshot = process.env.SCREENSHOT;
    if (screenshot !== undefined) await jan.screenshot({ path: screenshot });
    expect(misdeeds).toEqual([]);
  });

  it('shows a message as text, and not as HTML', async () => {
    const page = await open('eve');
    await say(page, '<img src=x onerror=alert(1)>');
    await page.getByText('eve: <img src=x onerror=alert(1)>').waitFor();
    expect(misdeeds).toEqual([]);
  });
});
