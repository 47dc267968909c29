import { type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { HttpBackend } from '../support/http-backend.js';
import { ServedGateway } from './served-gateway.js';

/** The inspector in a browser, with a gateway and a backend of its own. */
export class OpenedInspector implements AsyncDisposable {
  private constructor(
    readonly backend: HttpBackend,
    readonly gateway: ServedGateway,
    readonly context: BrowserContext,
    readonly page: Page,
    /** What the page should not do: errors, and requests to other hosts. */
    readonly misdeeds: readonly string[],
  ) {}

  /**
   * @param hash such as `#/clients`
   * @param flags of the gateway, besides those that it needs
   */
  static async open(
    browser: Browser,
    hash: string,
    options: BrowserContextOptions = {},
    flags: readonly string[] = [],
  ): Promise<OpenedInspector> {
    const backend = await HttpBackend.start();
    const gateway = await ServedGateway.start(backend.url, flags);
    const context = await browser.newContext({
      colorScheme: 'light',
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    const page = await context.newPage();
    const misdeeds: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) misdeeds.push(message.text());
    });
    page.on('pageerror', (error) => misdeeds.push(String(error)));
    page.on('request', (request) => {
      if (new URL(request.url()).host !== new URL(gateway.url).host) misdeeds.push(request.url());
    });
    const inspector = new OpenedInspector(backend, gateway, context, page, misdeeds);
    await inspector.goTo(hash);
    return inspector;
  }

  async goTo(hash: string): Promise<void> {
    await this.page.goto(`${this.gateway.url}/_gateway/${hash}`);
    await this.page.getByText('live', { exact: true }).waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await this.gateway[Symbol.asyncDispose]();
    await this.backend[Symbol.asyncDispose]();
  }
}
