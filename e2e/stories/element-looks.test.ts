/** What a shopper sees and hears of the element in each of its states, and that nothing jumps meanwhile. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { cartClient, cartIn, kustomOrderId } from '../harness/carts';
import * as shop from '../harness/element-shop';
import { startProxy } from '../harness/proxy';
import { useStory } from '../harness/story';

const story = useStory();
let plain: shop.ElementShop;

beforeAll(async () => {
  plain = await shop.serveElementShop(story.kassa.url, story.kassa.emulatorUrl);
});
afterAll(() => plain?.stop());
afterEach(async () => {
  await fetch(`${story.kassa.emulatorUrl}/_emulator/faults`, { method: 'DELETE' });
});

async function goToCheckout(page: Page): Promise<string> {
  const cartId = await shop.fillCart(story.kassa.url);
  await page.goto(`${plain.url}/checkout?cart=${cartId}`);
  return cartId;
}

async function openCheckout(page: Page): Promise<string> {
  const cartId = await goToCheckout(page);
  await shop.untilPhase(page, 'open');
  return cartId;
}

/** What the server answers to the page, in place of the server. */
async function answer(page: Page, path: string, body: object, status = 200): Promise<void> {
  const headers = { 'Access-Control-Allow-Origin': '*' };
  await page.route(
    (url) => url.pathname.endsWith(path),
    (route) => route.fulfill({ status, headers, json: body }),
  );
}

/** Nobody answers: the page waits for as long as a test looks at it. */
async function hold(page: Page, path: string): Promise<void> {
  await page.route(
    (url) => url.pathname.endsWith(path),
    () => {},
  );
}

const CONFIRM = '/payment/kustom/confirm';

/** How each state is reached, by its name. What must be seen then is its text. */
const STATES: Record<string, { text: string; reach: (page: Page) => Promise<unknown> }> = {
  loading: {
    text: 'Opening the checkout',
    reach: async (page) => {
      await hold(page, '/payment/kustom');
      await goToCheckout(page);
    },
  },
  open: { text: '', reach: openCheckout },
  suspended: {
    text: 'Updating your order',
    reach: async (page) => {
      await openCheckout(page);
      await hold(page, '/set-quantity');
      await page.getByRole('button', { name: 'One more' }).click();
      await shop.untilPhase(page, 'suspended');
    },
  },
  overdue: {
    text: 'could not be updated yet',
    reach: async (page) => {
      await page.clock.install();
      await openCheckout(page);
      await hold(page, '/set-quantity');
      await page.getByRole('button', { name: 'One more' }).click();
      await shop.untilPhase(page, 'suspended');
      await page.clock.runFor(21_000);
    },
  },
  confirming: {
    text: 'Confirming your payment',
    reach: async (page) => {
      await hold(page, CONFIRM);
      await goBack(page);
    },
  },
  slow: {
    text: 'still being confirmed',
    reach: async (page) => {
      await page.clock.install();
      await answer(page, CONFIRM, { status: 'checkout_incomplete' });
      await goBack(page);
      await untilShown(page, 'still being confirmed');
    },
  },
  review: {
    text: 'is being looked at',
    reach: async (page) => {
      await answer(page, CONFIRM, { status: 'checkout_incomplete', reason: 'in_review' });
      await goBack(page);
    },
  },
  done: {
    text: 'Thank you for your order',
    reach: async (page) => {
      const cartId = await openCheckout(page);
      const url = `${story.kassa.url}/ingress/commerce/carts/${cartId}/payment/demo`;
      await fetch(url, { method: 'POST' });
    },
  },
  declined: {
    text: 'The payment was declined',
    reach: async (page) => {
      await answer(page, CONFIRM, { status: 'checkout_incomplete', reason: 'declined' });
      await goBack(page);
    },
  },
  failed: {
    text: 'Your cart is safe',
    reach: async (page) => {
      const error = { code: 'KUSTOM_ERROR', message: 'No.' };
      await answer(page, '/payment/kustom', { error }, 400);
      await goToCheckout(page);
    },
  },
};

async function goBack(page: Page): Promise<void> {
  const cartId = await shop.fillCart(story.kassa.url);
  await page.goto(`${plain.url}/thanks?redirect_status=succeeded&cart=${cartId}`);
}

/** Its seconds fly, those of what it asks do not. */
const MOST_SECONDS = 300;

async function untilShown(page: Page, text: string): Promise<void> {
  const said = page.locator('kustom-checkout').getByText(text).filter({ visible: true });
  for (let second = 0; second < MOST_SECONDS && !(await said.count()); second += 1) {
    await page.clock.runFor(1_000);
  }
  await said.first().waitFor();
}

/** What axe finds on the page, without Kustom's frame, which is Kustom's. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const options = { iframes: false, runOnly: tags, rules: { region: { enabled: false } } };
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(
      'kustom-checkout',
      options,
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
    );
  });
}

async function showPicture(page: Page, name: string): Promise<void> {
  if (process.env.SHOW) await page.screenshot({ path: `${process.env.SHOW}/element-${name}.png` });
}

describe.each(Object.entries(STATES))('while it is %s', (name, { text, reach }) => {
  test.each(['light', 'dark'] as const)('axe finds nothing, on a small %s screen', async (colorScheme) => {
    const { page } = story;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => {
        document.documentElement.style.colorScheme = 'light dark';
      });
    });
    await page.setViewportSize({ width: 320, height: 640 });
    await reach(page);
    const said = page.locator('kustom-checkout').getByText(text).filter({ visible: true });
    if (text) await said.first().waitFor();
    expect(await findings(page)).toEqual([]);
    const widths = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(widths[0], 'nothing has to be scrolled sideways').toBe(widths[1]);
    const turning = await page.evaluate(() => document.getAnimations().length);
    expect(turning, 'nothing moves for those who asked for that').toBe(0);
    await showPicture(page, `${name}-${colorScheme}`);
  });
});

type Shift = { value: number; ours: string[] };

/** Notes every jump of the page that the shopper did not cause, and whether something of ours took part in it. */
async function watchShifts(page: Page): Promise<() => Promise<Shift[]>> {
  await page.addInitScript(() => {
    const shifts: object[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, sources } = entry as unknown as { value: number; sources: { node: Node | null }[] };
        shifts.push({ value, ours: sources.map(({ node }) => String(node?.nodeName)) });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return async () => {
    // The browser tells of a frame's jumps after the next frame.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    return page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
  };
}

test('nothing jumps from the opening through changes, delays and a lost connection', async () => {
  const { page, kassa } = story;
  const proxy = await startProxy(kassa.url);
  const behind = await shop.serveElementShop(proxy.url, kassa.emulatorUrl);
  onTestFinished(async () => {
    await behind.stop();
    await proxy.stop();
  });
  await page.clock.install();
  const shifts = await watchShifts(page);
  await page.goto(`${behind.url}/checkout?cart=${await shop.fillCart(kassa.url)}`);
  await shop.untilPhase(page, 'open');
  await shop.kustom(page).getByTestId('kco-buy').waitFor();
  await expect.poll(() => proxy.countStreams()).toBe(1);
  const topOf = () =>
    page.locator('#klarna-checkout-iframe').evaluate((frame) => frame.getBoundingClientRect().top);
  const top = await topOf();

  await hold(page, '/set-quantity');
  await page.getByRole('button', { name: 'One more' }).click();
  await shop.untilPhase(page, 'suspended');
  expect(await topOf()).toBe(top);
  await page.clock.runFor(21_000);
  await page.getByText('could not be updated yet').waitFor();
  expect(await topOf()).toBe(top);
  proxy.setMood('bad gateway');
  proxy.closeStreams();
  // One that is back within a moment is no news.
  await page.clock.runFor(10_000);
  await page.getByText('No connection').waitFor();
  expect(await topOf()).toBe(top);
  expect(await shifts()).toEqual([]);
});

test('the focus follows the shopper from the iframe to what has come in its place', async () => {
  const { page, emulator, kassa } = story;
  const cartId = await openCheckout(page);
  // The form draws itself again while it opens, and what had the focus is then gone.
  const focusForm = async () => {
    await shop.kustom(page).getByTestId('kco-test-person').focus();
    return page.evaluate(() => document.activeElement?.tagName);
  };
  await expect.poll(focusForm).toBe('IFRAME');
  await emulator.expire(kustomOrderId(cartIn(await cartClient(kassa.url).getCart(cartId))));
  await page.evaluate(async () => {
    type Tag = HTMLElement & {
      cart: { cartId: string };
      update: (change: () => Promise<unknown>) => Promise<void>;
    };
    const tag = document.querySelector('kustom-checkout') as Tag;
    const url = `${tag.getAttribute('base-url')}/ingress/commerce/carts/${tag.cart.cartId}/add-item`;
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ productNumber: 'BOOK-001', quantity: 1 });
    const change = async () => (await fetch(url, { method: 'POST', headers, body })).json();
    await tag.update(change).catch(() => {});
  });
  await shop.untilPhase(page, 'failed');
  const focused = () =>
    page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute('part'));
  expect(await focused()).toBe('problem');
  // The way out is the next thing on the way.
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('retry');
  await page.keyboard.press('Enter');
  await shop.untilPhase(page, 'open');
});

test('what is said is said by live regions, which are there before they say it', async () => {
  const { page } = story;
  await openCheckout(page);
  const regions = await page.evaluate(() => {
    const root = document.querySelector('kustom-checkout')?.shadowRoot;
    return [...(root?.querySelectorAll('[role]') ?? [])].map((part) => [
      part.getAttribute('part'),
      part.getAttribute('role'),
    ]);
  });
  expect(regions).toEqual([
    ['status', 'status'],
    ['problem', 'alert'],
    ['offline', 'status'],
  ]);
});

test('a page styles it by custom properties and parts, and nothing of it reaches Kustom’s container', async () => {
  const { page } = story;
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`
        kustom-checkout { --kustom-accent: rgb(1, 2, 3); --kustom-problem: rgb(4, 5, 6); --kustom-radius: 9px }
        kustom-checkout::part(retry) { text-transform: uppercase }
        kustom-checkout::part(problem) { font-style: italic }`);
      document.adoptedStyleSheets = [sheet];
    });
  });
  const state = STATES.failed;
  await state?.reach(page);
  const look = await page.locator('kustom-checkout').evaluate((element) => {
    const style = (part: string) => {
      const found = element.shadowRoot?.querySelector(`[part=${part}]`);
      return found ? getComputedStyle(found) : undefined;
    };
    const [problem, retry] = [style('problem'), style('retry')];
    return [
      [retry?.backgroundColor, retry?.borderRadius, retry?.textTransform],
      [problem?.borderTopColor, problem?.fontStyle],
    ];
  });
  expect(look).toEqual([
    ['rgb(1, 2, 3)', '9px', 'uppercase'],
    ['rgb(4, 5, 6)', 'italic'],
  ]);
});

test('Kustom’s container is the page’s own, without a class, a style or a place of ours', async () => {
  const { page } = story;
  await openCheckout(page);
  await page.getByRole('button', { name: 'One more' }).click();
  await page.waitForFunction(
    () => (window as unknown as { seen: { updates: number[] } }).seen.updates.length,
  );
  const container = await page.evaluate(() => {
    const div = document.querySelector('kustom-checkout')?.lastElementChild;
    return {
      attributes: div?.getAttributeNames(),
      children: [...(div?.children ?? [])].map(({ id }) => id),
      isInPage: document.getElementById('klarna-checkout-container')?.parentElement === div,
    };
  });
  expect(container).toEqual({ attributes: [], children: ['klarna-checkout-container'], isInPage: true });
});

test('it speaks the page’s language, also when that changes, and Swedish to the end', async () => {
  const { page } = story;
  await STATES.slow?.reach(page);
  await page.evaluate(() => document.documentElement.setAttribute('lang', 'sv'));
  await page.getByText('Din betalning bekräftas fortfarande').waitFor();
  await page.getByRole('link', { name: 'Tillbaka till kassan' }).waitFor();
  await page.evaluate(() => document.documentElement.setAttribute('lang', 'en'));
  await page.getByRole('link', { name: 'Back to the checkout' }).waitFor();
});
