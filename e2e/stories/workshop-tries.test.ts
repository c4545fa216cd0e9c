/** Every “what should I try?”: its button is pressed, its steps are done, and its verdict is compared with the truth. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { cartClient, cartIn, isCompleted } from '../harness/carts';
import * as shopper from '../harness/playground';
import { useStory } from '../harness/story';
import * as workshop from '../harness/workshop';

const SCREENS = [
  { name: 'desktop', viewport: { width: 1440, height: 900 } },
  { name: 'phone', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
];

describe.each(SCREENS)('on a $name', ({ name, ...screen }) => {
  const story = useStory(screen);

  async function begin(id: string): Promise<string> {
    await story.page.goto(story.kassa.url);
    await workshop.openWorkshop(story.page);
    return workshop.beginTry(story.page, id);
  }

  async function pay(page: Page, outcome?: string): Promise<void> {
    await shopper.fillInTestPerson(page);
    if (outcome) await shopper.kustom(page).getByTestId('kco-outcome').selectOption(outcome);
    await shopper.pay(page);
  }

  /** What the server and the emulator say, which know nothing of the page's verdict. */
  async function expectOrders(cartId: string, count: 0 | 1): Promise<void> {
    const cart = cartIn(await cartClient(story.kassa.url).getCart(cartId));
    expect(isCompleted(cart)).toBe(count === 1);
    const orders = (await story.emulator.orders()).filter(({ state }) => state === 'complete');
    const ofCart = orders.filter(({ order_id }) => order_id === cart.fields?.kustomOrderId);
    expect(ofCart).toHaveLength(count);
    expect(story.pageErrors).toEqual([]);
  }

  async function expectKept(page: Page, id: string): Promise<void> {
    const verdict = await workshop.verdictOn(page);
    await workshop.picture(page, `${id}-${name}`);
    expect(verdict).toMatchObject({ kept: true });
  }

  test('a quantity is changed while the form is open', async () => {
    const { page } = story;
    const cartId = await begin('quantity');
    await shopper.unfoldSummary(page);
    await page.getByTestId('increase-BOOK-001').click();
    await workshop.untilStep(page, 'the hashes are equal');
    await shopper.untilSyncState(page, 'open');
    await pay(page);
    await expectKept(page, 'quantity');
    await expectOrders(cartId, 1);
  });

  test('two tabs pay', async () => {
    const { page, context } = story;
    const cartId = await begin('two-tabs');
    const opening = context.waitForEvent('page');
    await page.getByTestId('second-tab').click();
    const other = await opening;
    await shopper.untilSyncState(other, 'open');
    await shopper.fillInTestPerson(page);
    await shopper.fillInTestPerson(other);
    const buy = (tab: Page) => shopper.kustom(tab).getByTestId('kco-buy').click({ timeout: 5_000 });
    await Promise.allSettled([buy(page), buy(other)]);
    await expectKept(page, 'two-tabs');
    await expectKept(other, 'two-tabs-other');
    await expectOrders(cartId, 1);
  });

  test('the page is closed after paying', async () => {
    const { page, context, kassa } = story;
    const cartId = await begin('closed-page');
    await pay(page, 'leaves');
    await workshop.untilStep(page, 'Kassa says yes');
    await page.close();
    const later = await context.newPage();
    await later.goto(kassa.url);
    await workshop.openWorkshop(later);
    // The push comes after ten seconds by itself, too; then the button is gone.
    await later
      .getByTestId('two-minutes')
      .click({ timeout: 8_000 })
      .catch(() => undefined);
    await expectKept(later, 'closed-page');
    await expectOrders(cartId, 1);
  });

  test('Kustom is lost, and brought back', async () => {
    const { page } = story;
    const cartId = await begin('lost-kustom');
    await page.getByTestId('lose-kustom').click();
    await workshop.untilStep(page, 'Kustom answers nobody');
    await shopper.unfoldSummary(page);
    await page.getByTestId('increase-BOOK-001').click();
    await workshop.untilStep(page, 'Kassa cannot tell Kustom');
    expect(await page.locator('kustom-checkout').getAttribute('phase')).toBe('suspended');
    await workshop.picture(page, `lost-kustom-meanwhile-${name}`);
    // By itself after twenty seconds, or when somebody is tired of waiting.
    if (name === 'phone') await page.getByTestId('bring-kustom-back').click();
    await workshop.untilStep(page, 'Kustom is back', 30_000);
    // Kassa believes nothing before the last lost call cannot take effect any more.
    await workshop.untilStep(page, 'the hashes are equal', 60_000);
    await shopper.untilSyncState(page, 'open');
    await pay(page);
    await expectKept(page, 'lost-kustom');
    await expectOrders(cartId, 1);
  }, 120_000);

  test('the payment is declined', async () => {
    const { page } = story;
    const cartId = await begin('declined');
    await pay(page, 'rejected');
    await expectKept(page, 'declined');
    await expectOrders(cartId, 0);
  });

  test('the payment is examined, and accepted', async () => {
    const { page } = story;
    const cartId = await begin('pending');
    await pay(page, 'pending');
    await workshop.untilStep(page, 'the order is placed');
    await page.getByTestId('accept').click();
    await expectKept(page, 'pending');
    await expectOrders(cartId, 1);
  });
});
