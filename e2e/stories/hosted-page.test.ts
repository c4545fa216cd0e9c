/** The hosted payment page: the shop sends the shopper there, and gets the shopper back. */
import { expect, test } from 'vitest';
import { createOrder, form, payWithTestPerson, untilOpen, useFormStory } from '../harness/form-story';

const story = useFormStory();

type Session = { session_id: string; session_url: string; redirect_url: string };
type SessionRead = { status: string; order_id?: string };

async function asMerchant(url: string, body?: unknown): Promise<unknown> {
  const headers = { Authorization: 'Basic kco_test_api_story', 'Content-Type': 'application/json' };
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** An order, and a page for it that the shopper has opened. */
async function openPage(): Promise<{ orderId: string; session: Session }> {
  const orderId = await createOrder(story);
  const atShop = (path: string) => `${story.shop.url}/${path}?session={{session_id}}`;
  const session = (await asMerchant(`${story.emulatorUrl}/hpp/v1/sessions`, {
    payment_session_url: `${story.emulatorUrl}/checkout/v3/orders/${orderId}`,
    merchant_urls: { success: atShop('paid'), cancel: atShop('cancelled'), back: atShop('cart') },
    options: { page_title: 'Running shoes & more' },
  })) as Session;
  await story.page.goto(session.redirect_url);
  await untilOpen(story.page);
  return { orderId, session };
}

async function status({ session_url }: Session): Promise<SessionRead> {
  return (await asMerchant(session_url)) as SessionRead;
}

async function untilAtShop(path: string, session: Session): Promise<void> {
  await story.page.waitForURL(`${story.shop.url}/${path}?session=${session.session_id}`);
}

const stateOf = async (orderId: string) => (await story.emulator.order(orderId)).state;

test('the shopper pays on the page and ends where the shop wants it', async () => {
  const { page } = story;
  const { orderId, session } = await openPage();
  await page.getByRole('heading', { name: 'Running shoes & more' }).waitFor();
  expect(await status(session)).toMatchObject({ status: 'IN_PROGRESS' });
  await payWithTestPerson(page);
  await untilAtShop('paid', session);
  expect(await status(session)).toMatchObject({ status: 'COMPLETED', order_id: orderId });
  expect(await stateOf(orderId)).toBe('complete');
  // Whoever keeps the link finds the same end, and pays nothing twice.
  await page.goto(session.redirect_url);
  await untilAtShop('paid', session);
  expect(story.pageErrors).toEqual([]);
});

test('the shopper goes back to the shop, returns, and pays', async () => {
  const { page } = story;
  const { orderId, session } = await openPage();
  await page.getByTestId('hpp-back').click();
  await untilAtShop('cart', session);
  expect(await status(session)).toMatchObject({ status: 'BACK' });
  expect(await stateOf(orderId)).toBe('open');
  await page.goto(session.redirect_url);
  await untilOpen(page);
  await payWithTestPerson(page);
  await untilAtShop('paid', session);
  expect(await stateOf(orderId)).toBe('complete');
});

test('a payment that was cancelled cannot be taken up again', async () => {
  const { page } = story;
  const { orderId, session } = await openPage();
  await page.getByTestId('hpp-cancel').click();
  await untilAtShop('cancelled', session);
  expect(await status(session)).toMatchObject({ status: 'CANCELLED' });
  const answer = await page.goto(session.redirect_url);
  expect(answer?.status()).toBe(410);
  await page.getByText('Nothing can be paid on this page any more.').waitFor();
  expect(await stateOf(orderId)).toBe('open');
});

test('a declined payment leaves the shopper on the page, to try again', async () => {
  const { page } = story;
  const { orderId, session } = await openPage();
  await form(page).getByTestId('kco-outcome').selectOption('rejected');
  await payWithTestPerson(page);
  await form(page).getByRole('alert').filter({ hasText: 'declined' }).waitFor();
  expect(await status(session)).toMatchObject({ status: 'IN_PROGRESS' });
  await form(page).getByTestId('kco-outcome').selectOption('approved');
  await form(page).getByTestId('kco-buy').click();
  await untilAtShop('paid', session);
  expect(await stateOf(orderId)).toBe('complete');
});
