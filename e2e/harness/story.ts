/** What every browser story stands on: one server, one browser, one page, and their words when it fails. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { launchBrowser } from './browser';
import { createEmulator, type Emulator } from './emulator';
import { type Kassa, startKassa } from './kassa';

export type Story = {
  kassa: Kassa;
  emulator: Emulator;
  context: BrowserContext;
  page: Page;
  /** Errors that reached the page's own window: what a shopper's console would show. */
  pageErrors: string[];
};

const WINDOW = { width: 1280, height: 800 };

export function useStory(options: BrowserContextOptions = {}, launch: { keepsPages?: boolean } = {}): Story {
  const story = { pageErrors: [] as string[] } as Story;
  let browser: Browser | undefined;

  beforeAll(async () => {
    story.kassa = await startKassa();
    story.emulator = createEmulator(story.kassa.emulatorUrl);
    browser = await launchBrowser(launch);
  });
  beforeEach(async ({ onTestFailed }) => {
    if (!browser) throw new Error('the browser did not start');
    const trace: string[] = [];
    story.pageErrors.length = 0;
    story.context = await browser.newContext({ viewport: WINDOW, locale: 'en-GB', ...options });
    story.context.setDefaultTimeout(20_000);
    story.page = await story.context.newPage();
    story.page.on('pageerror', (error) => story.pageErrors.push(error.message));
    story.page.on('console', (message) => trace.push(`${message.type()}: ${message.text()}`));
    onTestFailed(() => {
      const page = [...story.pageErrors.map((text) => `uncaught: ${text}`), ...trace].join('\n');
      process.stderr.write(`\n--- page\n${page}\n--- kassa\n${story.kassa.output()}\n`);
    });
  });
  afterEach(() => story.context?.close());
  afterAll(async () => {
    await browser?.close();
    await story.kassa?.stop();
  });
  return story;
}
