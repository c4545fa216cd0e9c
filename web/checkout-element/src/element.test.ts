import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import './index.js';
import type { KustomCheckoutElement } from './element.js';
import { cart, FakeEventSource, type FakeKustom, installKustom } from './testing/browser.js';
import { type FakeShop, openShop, settle } from './testing/shop.js';

let shop: FakeShop;
let kustom: FakeKustom;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('BroadcastChannel', undefined);
  shop = openShop();
  kustom = installKustom();
});
afterEach(async () => {
  document.body.replaceChildren();
  await settle();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function add(attributes = 'cart-id="1"', content = ''): KustomCheckoutElement {
  document.body.innerHTML = `<main><kustom-checkout base-url="http://shop.test" terms-url="/terms" ${attributes}>${content}</kustom-checkout></main>`;
  return document.querySelector('kustom-checkout') as KustomCheckoutElement;
}

async function addOpen(attributes?: string): Promise<KustomCheckoutElement> {
  const element = add(attributes);
  await settle(100);
  expect(element.getAttribute('phase')).toBe('open');
  return element;
}

/** The text of a part, unless it or something around it is hidden. */
function seen(element: HTMLElement, part: string): string | undefined {
  const found = element.shadowRoot?.querySelector(`[part=${part}]`);
  return found && !found.closest('[hidden]') ? (found.textContent ?? '') : undefined;
}

function part(element: HTMLElement, name: string): HTMLElement {
  return element.shadowRoot?.querySelector(`[part=${name}]`) as HTMLElement;
}

describe('the element', () => {
  test('puts Kustom into the page itself, beside what the page has put there', async () => {
    const element = add('cart-id="1"', '<p slot="done">Welcome back</p>');
    await settle(100);
    expect([...element.children].map(({ outerHTML }) => outerHTML)).toEqual([
      '<p slot="done">Welcome back</p>',
      '<div><iframe></iframe></div>',
    ]);
  });
  test('waits until it knows the cart', async () => {
    const element = add('');
    await settle(100);
    expect([element.getAttribute('phase'), shop.calls]).toEqual(['loading', []]);
    await expect(element.update(async () => {})).rejects.toMatchObject({ code: 'NOT_STARTED' });
    element.setAttribute('cart-id', '1');
    await settle(100);
    expect(element.getAttribute('phase')).toBe('open');
  });
  test('tells the developer of an attribute that is missing, and begins anew when it is there', async () => {
    const logged = vi.spyOn(console, 'warn').mockImplementation(() => {});
    shop.answers.kustom = { status: 400, body: { error: { code: 'URL_NOT_ALLOWED', message: 'No.' } } };
    const element = add('cart-id="1"');
    element.removeAttribute('terms-url');
    await settle(100);
    expect(logged.mock.calls).toEqual([['kustom-checkout', { code: 'NO_TERMS_URL', wayOut: 'open' }]]);
    expect(element.state.phase).toBe('failed');
    shop.answers.kustom = { status: 200, body: { htmlSnippet: '<iframe></iframe>' } };
    element.setAttribute('terms-url', '/terms');
    await settle(100);
    expect(element.state.phase).toBe('open');
    logged.mockRestore();
  });
  test('follows a base-url that comes late, and leaves an open checkout alone for all but the cart', async () => {
    shop.isReachable = false;
    const element = add();
    await settle(100);
    shop.isReachable = true;
    element.setAttribute('base-url', 'http://other.test/shop/');
    await settle(100);
    expect([element.state.phase, shop.urls.at(-1)]).toEqual([
      'open',
      'http://other.test/shop/ingress/commerce/carts/1',
    ]);
    const opened = shop.calls.length;
    element.setAttribute('terms-url', '/other-terms');
    await settle(100);
    expect([element.state.phase, shop.calls.length]).toEqual(['open', opened]);
  });
  test('leaves an address that is none to the server to refuse', async () => {
    shop.answers.kustom = { status: 400, body: { error: { code: 'URL_NOT_ALLOWED', message: 'No.' } } };
    const element = add('cart-id="1" checkout-url="http://"');
    await settle(100);
    expect(element.state.problem?.code).toBe('URL_NOT_ALLOWED');
  });
  test('takes a cart id apart from the address it is put into', async () => {
    await addOpen('cart-id="1?a/b#c"').catch(() => {});
    expect(shop.urls[0]).toBe('http://shop.test/ingress/commerce/carts/1%3Fa%2Fb%23c/payment/kustom');
  });
  test('is not begun again when it is only moved', async () => {
    const element = await addOpen();
    const opened = shop.calls.length;
    document.body.append(element);
    await settle(100);
    expect([element.state.phase, shop.calls.length]).toEqual(['open', opened]);
  });
  test('lets go when it is removed, and begins anew when it is back', async () => {
    const element = await addOpen();
    element.remove();
    await settle();
    expect(element.children.length).toBe(0);
    document.body.append(element);
    await settle(100);
    expect(element.getAttribute('phase')).toBe('open');
  });
  test('has a property for each attribute, for frameworks that set those', () => {
    const element = add('cart-id="1" confirmation-url="/thanks"');
    expect([element.cartId, element.confirmationUrl, element.locale]).toEqual(['1', '/thanks', undefined]);
    element.checkoutUrl = '/buy';
    element.confirmationUrl = undefined;
    expect(element.getAttribute('checkout-url')).toBe('/buy');
    expect(element.hasAttribute('confirmation-url')).toBe(false);
  });
  test('tells the page by events that bubble out of other shadow trees', async () => {
    const heard: string[] = [];
    const hear = (event: Event) => {
      if (event instanceof CustomEvent) heard.push(`${event.type} ${event.composed}`);
    };
    const names = ['kustom-state', 'kustom-error', 'kustom-cart', 'kustom-completed', 'kustom-option'];
    for (const name of names) document.addEventListener(name, hear);
    await addOpen();
    kustom.fire('shipping_option_change', { id: 'express' });
    shop.publish(cart(1, 1, { fields: { kustomOrderId: 'order-2' } }));
    shop.publish(cart(1, 1, { cartState: 'completed', orderNumber: '1001' }));
    for (const name of names) document.removeEventListener(name, hear);
    expect(new Set(heard)).toEqual(new Set(names.map((name) => `${name} true`)));
  });
});

describe('what the shopper sees', () => {
  test('while an update is on its way, and when it does not arrive', async () => {
    const element = await addOpen();
    expect(seen(element, 'status-text')).toBe('');
    shop.publish(cart(2, 1));
    expect(seen(element, 'status-text')).toBe('Updating your order…');
    expect(part(element, 'frame').getAttribute('aria-busy')).toBe('true');
    await settle(20_000);
    expect(seen(element, 'problem')).toContain('could not be updated yet');
    expect(seen(element, 'spinner')).toBeUndefined();
    shop.cart = cart(2, 2);
    part(element, 'retry').click();
    await settle();
    expect([element.state.phase, seen(element, 'problem')]).toEqual(['open', undefined]);
  });
  test('when an order is there', async () => {
    const element = await addOpen();
    shop.publish(cart(1, 1, { cartState: 'completed', orderNumber: '1001' }));
    expect(seen(element, 'done-text')).toBe('Thank you for your order 1001');
    expect(seen(element, 'frame')).toBeUndefined();
  });
  test('in the language of the attribute or of the page', async () => {
    shop.answers.kustom = { status: 400, body: { error: { code: 'EMPTY_CART', message: 'Nothing.' } } };
    const element = add('cart-id="1" locale="sv_SE"');
    await settle(100);
    expect(seen(element, 'problem')).toBe('Din varukorg är tom.');
    element.setAttribute('locale', 'en-GB');
    expect(seen(element, 'problem')).toBe('Your cart is empty.');
    expect(seen(element, 'retry')).toBeUndefined();
  });
  test('in the language that the page changes to', async () => {
    shop.answers.kustom = { status: 400, body: { error: { code: 'EMPTY_CART', message: 'Nothing.' } } };
    document.documentElement.lang = 'en';
    const element = add();
    await settle(100);
    expect(seen(element, 'problem')).toBe('Your cart is empty.');
    document.documentElement.lang = 'sv';
    await settle(1);
    expect(seen(element, 'problem')).toBe('Din varukorg är tom.');
    document.documentElement.removeAttribute('lang');
  });
  test('when the connection is lost, until it is back or does not matter any more', async () => {
    const element = await addOpen();
    FakeEventSource.open[0]?.break(0);
    await settle(5_000);
    expect(seen(element, 'offline')).toContain('No connection');
    element.setAttribute('cart-id', '2');
    await settle(1);
    shop.publish(cart(1, 1, { cartId: '2' }));
    expect(seen(element, 'offline')).toBeUndefined();
    FakeEventSource.open[0]?.break(0);
    await settle(5_000);
    shop.cart = cart(1, 1, { cartState: 'completed', orderNumber: '1001' });
    dispatchEvent(new Event('online'));
    await settle(100);
    expect([element.state.phase, seen(element, 'offline')]).toEqual(['done', undefined]);
  });
  test('in a language that is named, and not once more when the browser has translated it', async () => {
    shop.answers.kustom = { status: 409, body: { error: { code: 'EMPTY_CART', message: 'No.' } } };
    const element = add();
    element.locale = 'sv';
    await settle(100);
    const problem = part(element, 'problem');
    expect(problem.closest<HTMLElement>('[lang]')?.lang).toBe('sv');
    problem.textContent = 'Der Warenkorb ist leer.';
    shop.publish(cart(1, 1, { items: [], orderTotal: 1 }));
    expect(problem.textContent).toBe('Der Warenkorb ist leer.');
    element.locale = 'en';
    expect(problem.textContent).toBe('Your cart is empty.');
    expect(problem.closest<HTMLElement>('[lang]')?.lang).toBe('en');
  });
  test('without a look of its own where scripts make no style sheets', async () => {
    vi.stubGlobal('CSSStyleSheet', undefined);
    expect((await addOpen()).state.phase).toBe('open');
  });
  test('when the server cannot be reached, and after trying again', async () => {
    shop.isReachable = false;
    const element = add();
    await settle(8_000);
    expect(seen(element, 'problem')).toContain('Your cart is safe');
    expect(seen(element, 'back')).toBeUndefined();
    shop.isReachable = true;
    part(element, 'retry').click();
    await settle(100);
    expect(element.getAttribute('phase')).toBe('open');
  });
  test('and keeps the focus of whoever was in the iframe when it goes', async () => {
    const element = await addOpen();
    const iframe = document.createElement('button');
    element.lastElementChild?.append(iframe);
    iframe.focus();
    shop.publish(cart(1, 1, { fields: { kustomOrderId: 'order-2' } }));
    expect(element.state.problem?.code).toBe('EXPIRED');
    expect(element.shadowRoot?.activeElement?.getAttribute('part')).toBe('problem');
  });
});
