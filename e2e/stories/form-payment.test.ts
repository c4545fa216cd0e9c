/** Every way in which a payment in the form ends. */
import { expect, test } from 'vitest';
import {
  bank,
  form,
  heardBy,
  openForm,
  payWithTestPerson,
  untilOpen,
  useFormStory,
} from '../harness/form-story';

const story = useFormStory();

async function untilConfirmed(): Promise<void> {
  await story.page.waitForURL((url) => url.pathname === '/confirmation');
  await form(story.page).locator('#notice.done').waitFor();
}

async function managed(orderId: string) {
  const { state, management } = await story.emulator.order(orderId);
  const { status, fraud_status, initial_payment_method } = (management ?? {}) as Record<string, unknown>;
  return {
    state,
    status,
    fraud_status,
    method: (initial_payment_method as { type?: string } | undefined)?.type,
  };
}

const BOUGHT = { state: 'complete', status: 'AUTHORIZED', fraud_status: 'ACCEPTED' };

test('an invoice leads to the confirmation, which is the same snippet read again', async () => {
  const { page } = story;
  const orderId = await openForm(story);
  await payWithTestPerson(page);
  await untilConfirmed();
  expect(await managed(orderId)).toEqual({ ...BOUGHT, method: 'INVOICE' });
  await expect.poll(() => heardBy(page)).toEqual([{ name: 'load_confirmation', payload: {} }]);
  expect(await page.evaluate(() => (window as never as Config)._klarnaCheckout.config.ORDER_STATUS)).toBe(
    'checkout_complete',
  );
  expect(story.pageErrors).toEqual([]);
});

type Config = { _klarnaCheckout: { config: { ORDER_STATUS: string } } };

async function goToBank(outcome = ''): Promise<string> {
  const { page } = story;
  const orderId = await openForm(story);
  await form(page).locator('input[name=payment_method][value=card]').check();
  await form(page).getByTestId('kco-outcome').selectOption(outcome);
  await payWithTestPerson(page);
  await bank(page).locator('[data-testid=kco-bank-approve]:enabled').waitFor();
  return orderId;
}

test('a card goes by the page of the bank, which covers everything', async () => {
  const { page } = story;
  const orderId = await goToBank();
  expect(await page.locator('html').getAttribute('class')).toBe('klarna-checkout-fso-open');
  expect(await page.locator('#klarna-fullscreen-iframe').boundingBox()).toMatchObject({
    x: 0,
    y: 0,
    width: 1000,
  });
  expect(await bank(page).locator('#amount').textContent()).toContain('100');
  expect((await managed(orderId)).state).toBe('open');
  await bank(page).getByTestId('kco-bank-approve').click();
  await untilConfirmed();
  expect(await managed(orderId)).toEqual({ ...BOUGHT, method: 'CARD' });
  expect(story.pageErrors).toEqual([]);
});

test('a bank that says no leaves the order open, and an invoice still buys it', async () => {
  const { page } = story;
  const orderId = await goToBank();
  await bank(page).getByTestId('kco-bank-decline').click();
  await form(page).getByRole('alert').filter({ hasText: 'declined' }).waitFor();
  expect(await page.locator('html').getAttribute('class')).toBe('');
  expect((await managed(orderId)).state).toBe('open');
  await form(page).locator('input[name=payment_method][value=invoice]').check();
  await form(page).getByTestId('kco-buy').click();
  await untilConfirmed();
});

for (const how of ['button', 'Escape'] as const) {
  test(`who closes the bank's page by ${how} has not paid and can try again`, async () => {
    const { page } = story;
    const orderId = await goToBank();
    if (how === 'Escape') await page.keyboard.press('Escape');
    else await bank(page).getByTestId('kco-bank-close').click();
    await form(page).getByRole('alert').filter({ hasText: 'nothing was paid' }).waitFor();
    expect((await managed(orderId)).state).toBe('open');
    await form(page).getByTestId('kco-buy').click();
    await bank(page).getByTestId('kco-bank-approve').click();
    await untilConfirmed();
  });
}

test('who closes the browser at the bank can come back and pay', async () => {
  const { page } = story;
  const orderId = await goToBank();
  await page.goto(`${story.shop.url}/checkout?order=${orderId}`);
  await untilOpen(page);
  await payWithTestPerson(page);
  await untilConfirmed();
  expect(await managed(orderId)).toEqual({ ...BOUGHT, method: 'INVOICE' });
});

test('a payment that is examined is bought and pending', async () => {
  const orderId = await openForm(story);
  await form(story.page).getByTestId('kco-outcome').selectOption('pending');
  await payWithTestPerson(story.page);
  await untilConfirmed();
  expect(await managed(orderId)).toEqual({ ...BOUGHT, fraud_status: 'PENDING', method: 'INVOICE' });
});

test('a declined payment says so, and another attempt may succeed', async () => {
  const { page } = story;
  const orderId = await openForm(story);
  await form(page).getByTestId('kco-outcome').selectOption('rejected');
  await payWithTestPerson(page);
  await form(page).getByRole('alert').filter({ hasText: 'declined' }).waitFor();
  expect((await managed(orderId)).state).toBe('open');
  await form(page).getByTestId('kco-outcome').selectOption('approved');
  await form(page).getByTestId('kco-buy').click();
  await untilConfirmed();
});

for (const method of ['invoice', 'card']) {
  test(`a browser that closes after paying by ${method} never reaches the shop`, async () => {
    const { page } = story;
    const orderId = method === 'card' ? await goToBank('leaves') : await openForm(story);
    if (method === 'card') await bank(page).getByTestId('kco-bank-approve').click();
    else {
      await form(page).getByTestId('kco-outcome').selectOption('leaves');
      await payWithTestPerson(page);
    }
    await form(page).getByText('You closed the window').waitFor();
    expect((await managed(orderId)).state).toBe('complete');
    expect(new URL(page.url()).pathname).toBe('/checkout');
    expect((await heardBy(page)).map(({ name }) => name)).not.toContain('redirect_initiated');
  });
}
