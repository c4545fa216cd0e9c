/** Every event that the shop's page is told, with its payload. */
import { expect, test } from 'vitest';
import {
  cartOf,
  form,
  heardBy,
  merchantUrls,
  openForm,
  payWithTestPerson,
  resume,
  suspend,
  untilHeard,
  untilOpen,
  updateOrder,
  useFormStory,
} from '../harness/form-story';

const story = useFormStory();

const PERSON = { email: 'Testperson-se@kustom.co', given_name: 'Testperson-se', family_name: 'Approved' };
const BASICS = { ...PERSON, postal_code: '12345', country: 'swe' };
const ADDRESS = {
  ...PERSON,
  street_address: 'Stårgatan 1',
  postal_code: '12345',
  city: 'Ankeborg',
  phone: '+46765260000',
};
const POST = { id: 'post', name: 'Post', price: 4900, tax_amount: 980, tax_rate: 2500 };
const HOME = {
  id: 'home',
  name: 'Home',
  price: 9900,
  tax_amount: 1980,
  tax_rate: 2500,
  description: 'Tonight',
};

async function events(...left: string[]) {
  return (await heardBy(story.page)).filter(({ name }) => !left.includes(name));
}

test('a form that opens tells what is known already', async () => {
  await openForm(story, { billing_address: { ...ADDRESS, country: 'SE' }, shipping_options: [POST, HOME] });
  await untilHeard(story.page, 'shipping_option_change');
  expect(await events()).toEqual([
    {
      name: 'load',
      payload: { customer: { type: 'person' }, shipping_address: { country: 'swe', postal_code: '12345' } },
    },
    { name: 'customer', payload: { type: 'person' } },
    { name: 'change', payload: BASICS },
    { name: 'billing_address_change', payload: BASICS },
    { name: 'shipping_address_change', payload: BASICS },
    { name: 'shipping_option_change', payload: POST },
  ]);
});

test('an address that is typed is told when it changes and when it is valid', async () => {
  const { page } = story;
  await openForm(story);
  await form(page).locator('[name=email]').fill('anna@example.com');
  await form(page).locator('[name=postal_code]').fill('11122');
  expect(await untilHeard(page, 'change')).toMatchObject({ email: 'anna@example.com' });
  expect((await events()).map(({ name }) => name)).not.toContain('billing_address_change');
  await form(page).getByTestId('kco-test-person').click();
  expect(await untilHeard(page, 'billing_address_change')).toEqual(BASICS);
  expect(await untilHeard(page, 'shipping_address_change')).toEqual(BASICS);
});

test('names stay out of what is told about Germany', async () => {
  const { page } = story;
  await openForm(story, { purchase_country: 'DE', purchase_currency: 'EUR', locale: 'de-DE' });
  await form(page).getByTestId('kco-test-person').click();
  expect(await untilHeard(page, 'billing_address_change')).toEqual({
    email: 'Testperson-de@kustom.co',
    postal_code: '41460',
    country: 'deu',
  });
});

test('clicks and keys are told, and so is the kind of buyer', async () => {
  const { page } = story;
  await openForm(story, { options: { allowed_customer_types: ['person', 'organization'] } });
  await form(page).locator('[name=email]').click();
  expect(await untilHeard(page, 'user_interacted')).toEqual({ type: 'mousedown' });
  await page.keyboard.press('a');
  await expect.poll(() => events()).toContainEqual({ name: 'user_interacted', payload: { type: 'keydown' } });
  await form(page).locator('input[name=customer_type][value=organization]').check();
  await expect.poll(() => events()).toContainEqual({ name: 'customer', payload: { type: 'organization' } });
});

test('a chosen way to ship is told with the total that it makes', async () => {
  const { page } = story;
  await openForm(story, { shipping_options: [POST, HOME] });
  await form(page).locator('input[name=shipping_option][value=home]').check();
  expect(await untilHeard(page, 'order_total_change')).toEqual({ order_total: 19_900 });
  expect(await untilHeard(page, 'shipping_option_change')).toEqual(HOME);
});

test('a total that the merchant changed is told after the resume', async () => {
  const { page } = story;
  const orderId = await openForm(story);
  await suspend(page);
  await updateOrder(story, orderId, cartOf(3));
  await resume(page);
  expect(await untilHeard(page, 'order_total_change')).toEqual({ order_total: 30_000 });
});

test("the merchant's checkboxes are told by their keys", async () => {
  const { page } = story;
  const additional_checkboxes = [{ id: 'news', text: 'News, please', checked: false, required: false }];
  await openForm(story, { options: { additional_checkboxes } });
  await form(page).getByText('News, please').click();
  expect(await untilHeard(page, 'checkbox_change')).toEqual({ key: 'news', checked: true });
});

test('an address that the shop refuses is told, and its reason is shown', async () => {
  const { page, shop } = story;
  await openForm(story, {
    merchant_urls: { ...merchantUrls(shop.url), address_update: `${shop.url}/address` },
  });
  await form(page).getByTestId('kco-test-person').click();
  expect(await untilHeard(page, 'shipping_address_update_error')).toEqual({});
  await form(page).getByRole('alert').filter({ hasText: 'There is no such street.' }).waitFor();
});

test('a declined payment cannot complete the order', async () => {
  const { page } = story;
  await openForm(story);
  await form(page).getByTestId('kco-outcome').selectOption('rejected');
  await payWithTestPerson(page);
  expect(await untilHeard(page, 'can_not_complete_order')).toEqual({});
});

test('trouble with the network is told, and the form can be used again', async () => {
  const { page, context } = story;
  await openForm(story);
  await context.route(/\/browser\/orders\/[^/]+\/pay$/, (route) => route.abort());
  await payWithTestPerson(page);
  expect(await untilHeard(page, 'network_error')).toEqual({});
  await context.unrouteAll();
  await form(page).getByTestId('kco-buy').click();
  await page.waitForURL((url) => url.pathname === '/confirmation');
});

test('the way to the confirmation page is told before it is taken', async () => {
  const { page, context, shop } = story;
  await openForm(story);
  // The page must live to be asked what it has heard.
  await context.route(`${shop.url}/confirmation**`, (route) => route.fulfill({ status: 204 }));
  await payWithTestPerson(page);
  expect(await untilHeard(page, 'redirect_initiated')).toBe(true);
});

test('an order that has expired cannot be completed', async () => {
  const { page, emulator } = story;
  const orderId = await openForm(story);
  await suspend(page);
  await emulator.expire(orderId);
  await resume(page);
  await form(page).getByText('This checkout has expired').waitFor();
  await untilOpen(page);
});
