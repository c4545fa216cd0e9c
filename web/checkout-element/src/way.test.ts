import { describe, expect, test } from 'vitest';
import { checkoutUrls, readWay } from './way.js';

const PAGE = 'https://shop.test/checkout';

describe('this page load', () => {
  const check = (query: string, attribute: string | undefined, cartId: string | undefined, isBack: boolean) =>
    expect(readWay(`${PAGE}${query}`, attribute)).toEqual({ cartId, isBack });

  test('is the way there, with the cart of the attribute or of the address', () => {
    check('', 'mine', 'mine', false);
    check('?cart=other', 'mine', 'mine', false);
    check('?cart=other', undefined, 'other', false);
    check('', undefined, undefined, false);
  });
  test('is the way back when the address says so, and for its cart alone', () => {
    check('?redirect_status=succeeded&cart=paid', undefined, 'paid', true);
    check('?redirect_status=succeeded&cart=paid', 'begun-anew', 'paid', true);
    check('?redirect_status=failed&cart=paid', 'mine', 'mine', false);
    check('?redirect_status=succeeded', 'mine', 'mine', false);
  });
});

describe('the pages that Kustom is told of', () => {
  const NONE = { termsUrl: undefined, checkoutUrl: undefined, confirmationUrl: undefined };

  test('are this one when nothing is given, and differ', () => {
    expect(checkoutUrls(`${PAGE}?cart=1&theme=dark#top`, '1', { ...NONE, termsUrl: '/terms' })).toEqual({
      termsUrl: 'https://shop.test/terms',
      checkoutUrl: `${PAGE}?cart=1&theme=dark`,
      confirmationUrl: `${PAGE}?redirect_status=succeeded&cart=1&theme=dark`,
    });
  });
  test('keep what the shop has in them, and Kustom’s placeholder bare', () => {
    const given = { ...NONE, confirmationUrl: '/thanks?ref={checkout.order.id}&cart=old' };
    const { confirmationUrl } = checkoutUrls(PAGE, '1', given);
    expect(confirmationUrl).toBe(
      'https://shop.test/thanks?redirect_status=succeeded&cart=1&ref={checkout.order.id}&cart=old',
    );
    expect(readWay(confirmationUrl, undefined)).toEqual({ cartId: '1', isBack: true });
  });
  test('are left to the server to refuse where they are no addresses', () => {
    const { checkoutUrl, termsUrl } = checkoutUrls(PAGE, '1', {
      ...NONE,
      termsUrl: 'http://',
      checkoutUrl: 'https://shop:x',
    });
    expect([termsUrl, checkoutUrl]).toEqual(['http://', 'https://shop:x']);
  });
  test('lead back to the same cart', () => {
    const { checkoutUrl } = checkoutUrls(PAGE, '1', { ...NONE, checkoutUrl: '/buy' });
    expect(checkoutUrl).toBe('https://shop.test/buy?cart=1');
  });
  test('on the way back do not repeat that it is the way back', () => {
    const { checkoutUrl } = checkoutUrls(`${PAGE}?redirect_status=succeeded&cart=1`, '1', NONE);
    expect(checkoutUrl).toBe(`${PAGE}?cart=1`);
  });
});
