/** What the form lets a shopper enter and choose, and where that ends up at the merchant. */
import { expect, test } from 'vitest';
import {
  createOrder,
  form,
  openForm,
  payWithTestPerson,
  untilHeard,
  untilOpen,
  useFormStory,
} from '../harness/form-story';

const story = useFormStory();

async function bought(orderId: string) {
  await story.page.waitForURL((url) => url.pathname === '/confirmation');
  const answer = await fetch(`${story.emulatorUrl}/checkout/v3/orders/${orderId}`, {
    headers: { Authorization: 'Basic kco_test_api_story' },
  });
  return (await answer.json()) as Record<string, unknown>;
}

const SEPARATE = { options: { allow_separate_shipping_address: true } };

test('goods go to the second address and the bill to the first', async () => {
  const { page } = story;
  const orderId = await openForm(story, SEPARATE);
  await form(page).getByTestId('kco-test-person').click();
  await form(page).getByText('Deliver to another address').click();
  const receiver = form(page).getByRole('group', { name: 'Delivery address' });
  await receiver.getByLabel('First name').fill('Kim');
  await receiver.getByLabel('Last name').fill('Grann');
  await receiver.getByLabel('Street and number').fill('Hamngatan 2');
  await receiver.getByLabel('Postal code').fill('62157');
  await receiver.getByLabel('City').fill('Visby');
  await receiver.getByLabel('City').blur();
  await expect
    .poll(() => untilHeard(page, 'shipping_address_change'))
    .toMatchObject({ given_name: 'Kim', postal_code: '62157', country: 'swe' });
  expect(await untilHeard(page, 'billing_address_change')).toMatchObject({ postal_code: '12345' });
  await form(page).getByTestId('kco-buy').click();
  const order = await bought(orderId);
  expect(order.shipping_address).toMatchObject({
    given_name: 'Kim',
    city: 'Visby',
    email: 'Testperson-se@kustom.co',
  });
  expect(order.billing_address).toMatchObject({ given_name: 'Testperson-se', city: 'Ankeborg' });
});

test('a second address that is begun has to be finished, or given up', async () => {
  const { page } = story;
  const orderId = await openForm(story, SEPARATE);
  await form(page).getByTestId('kco-test-person').click();
  await form(page).getByText('Deliver to another address').click();
  await form(page).getByTestId('kco-buy').click();
  const first = form(page).locator('[name="shipping_address.given_name"]');
  expect(await first.getAttribute('aria-invalid')).toBe('true');
  expect(await form(page).locator(':focus').getAttribute('name')).toBe('shipping_address.given_name');
  await form(page).getByText('Deliver to another address').click();
  await form(page).getByTestId('kco-buy').click();
  const order = await bought(orderId);
  expect(order.shipping_address).toEqual(order.billing_address);
});

test('Germany has a second address by itself, Sweden has none unless the merchant says so', async () => {
  const { page } = story;
  await openForm(story);
  expect(await form(page).locator('#receiver').isVisible()).toBe(false);
  await openForm(story, { purchase_country: 'DE', purchase_currency: 'EUR', locale: 'de-DE' });
  expect(await form(page).locator('#receiver').isVisible()).toBe(true);
});

test('an organisation buys under its name, with an invoice for organisations', async () => {
  const { page } = story;
  const orderId = await openForm(story, {
    options: { allowed_customer_types: ['person', 'organization'], show_vat_registration_number_field: true },
  });
  await form(page).getByLabel('Organisation', { exact: true }).check();
  await form(page).getByLabel('VAT number (optional)').fill('SE002031013201');
  await payWithTestPerson(page);
  const order = await bought(orderId);
  expect(order.customer).toEqual({
    ...{ type: 'organization', organization_registration_id: '002031-0132', vat_id: 'SE002031013201' },
  });
  expect(order.billing_address).toMatchObject({ organization_name: 'Testcompany-se' });
  const { management } = await story.emulator.order(orderId);
  expect(management).toMatchObject({ initial_payment_method: { type: 'INVOICE_BUSINESS' } });
});

const CHECKBOXES = {
  additional_checkbox: { text: 'A surprise', checked: true, required: false },
  additional_checkboxes: [
    {
      id: 'age',
      text: 'I am of age, see [the rules](https://shop.example/rules)',
      checked: false,
      required: true,
    },
    { id: 'news', text: '<b>News</b>', checked: false, required: false },
  ],
};

test('a required checkbox blocks the purchase, and all answers come to the merchant', async () => {
  const { page } = story;
  const orderId = await openForm(story, { options: CHECKBOXES });
  await form(page).getByLabel('A surprise').uncheck();
  await payWithTestPerson(page);
  const age = form(page).locator('[name="additional_checkbox.age"]');
  expect(await age.getAttribute('aria-invalid')).toBe('true');
  expect(await form(page).locator('[id="additional_checkbox.age-error"]').textContent()).toBe(
    'Tick this box to go on',
  );
  expect(await form(page).locator('[id="additional_checkbox.age-error"]').isVisible()).toBe(true);
  expect((await story.emulator.order(orderId)).state).toBe('open');

  // A link in a text is a link, and nothing else in it is anything.
  expect(await form(page).getByRole('link', { name: 'the rules' }).getAttribute('href')).toBe(
    'https://shop.example/rules',
  );
  await form(page).getByText('<b>News</b>').waitFor();
  await age.check();
  await form(page).getByTestId('kco-buy').click();
  expect((await bought(orderId)).merchant_requested).toEqual({
    additional_checkbox: false,
    additional_checkboxes: [
      { id: 'age', checked: true },
      { id: 'news', checked: false },
    ],
  });
});

for (const [locale, lang, words] of [
  ['sv-SE', 'sv', ['Dina uppgifter', 'Betalning', 'Postnummer']],
  ['sv-FI', 'sv', ['Dina uppgifter']],
  ['nb-NO', 'nb', ['Dine opplysninger', 'Betaling', 'Postnummer']],
  ['da-DK', 'da', ['Dine oplysninger', 'Betaling', 'Postnummer']],
  ['fi-FI', 'fi', ['Tietosi', 'Maksutapa', 'Postinumero']],
  ['de-CH', 'de', ['Ihre Angaben', 'Zahlung', 'Postleitzahl']],
  ['en-GB', 'en', ['Your details', 'Payment', 'Postal code']],
  // A language that the form does not speak is English; a region that does not exist is its language.
  ['zh-CN', 'en', ['Your details']],
  ['de-GB', 'de', ['Ihre Angaben']],
] as const) {
  test(`${locale} is shown in ${lang}`, async () => {
    const { page } = story;
    await openForm(story, { locale });
    expect(await form(page).locator('html').getAttribute('lang')).toBe(lang);
    for (const word of words) await form(page).getByText(word, { exact: true }).first().waitFor();
    // No text is left out in any language.
    const empty = form(page).locator('[data-text]:empty');
    expect(await empty.count()).toBe(0);
    await showPicture(`language-${locale}`);
  });
}

test("the merchant's colours and corners are taken, and what stands on them can be read", async () => {
  const { page } = story;
  const options = {
    ...{ color_button: '#FFD400', color_button_text: '#FFFFFF', color_link: '#D00050', radius_border: '0' },
    ...{ color_checkbox: '#006644', color_checkbox_checkmark: '#FFFFFF', color_header: '#4B0082' },
    additional_checkbox: { text: 'Yes', checked: true, required: false },
  };
  await openForm(story, { options });
  const style = (selector: string) =>
    form(page)
      .locator(selector)
      .first()
      .evaluate((element) => {
        const { backgroundColor, color, borderRadius } = getComputedStyle(element);
        return { backgroundColor, color, borderRadius };
      });
  // White on yellow could not be read: black is taken.
  expect(await style('#buy')).toEqual({
    backgroundColor: 'rgb(255, 212, 0)',
    color: 'rgb(0, 0, 0)',
    borderRadius: '0px',
  });
  expect(await style('#terms')).toMatchObject({ color: 'rgb(208, 0, 80)' });
  expect(await style('#summary-title')).toMatchObject({ color: 'rgb(75, 0, 130)' });
  expect(await style('.checkbox input:checked')).toMatchObject({ backgroundColor: 'rgb(0, 102, 68)' });
  await showPicture('colours');
});

test('lines, tax and total are shown in the currency of the order', async () => {
  const { page } = story;
  await openForm(story, { locale: 'sv-SE' });
  // The formatter writes spaces that do not break.
  const text = async (selector: string) =>
    (await form(page).locator(selector).textContent())?.replaceAll(/\s/g, ' ');
  expect(await text('#lines li')).toBe('Running shoe100,00 kr');
  expect(await text('#tax')).toBe('20,00 kr');
  expect(await text('#total')).toBe('100,00 kr');
  await openForm(story, { options: { vat_removed: true } });
  expect(await form(page).locator('#tax').isVisible()).toBe(false);
});

test('what the merchant knew stays until the shopper types, and text about delivery is on the confirmation', async () => {
  const { page } = story;
  const known = { given_name: 'Anna', family_name: 'Ek', email: 'anna@example.com', country: 'SE' };
  const orderId = await createOrder(story, {
    billing_address: known,
    options: { shipping_details: 'In two days at your door' },
  });
  await page.goto(`${story.shop.url}/checkout?order=${orderId}`);
  await untilOpen(page);
  expect(await form(page).locator('[name=given_name]').inputValue()).toBe('Anna');
  await payWithTestPerson(page);
  await bought(orderId);
  await form(page).getByText('In two days at your door').waitFor();
});

/** For those who want to see what the stories see: `SHOW=folder`. */
async function showPicture(name: string): Promise<void> {
  const folder = process.env.SHOW;
  if (folder) await story.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
