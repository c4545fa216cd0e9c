/** The checkout without the element, as its README says, on a page that shows everything by itself. */
import {
  CheckoutClient,
  CheckoutError,
  type CheckoutState,
  checkoutUrls,
  readWay,
} from '@kassa/checkout-element/client';

const baseUrl = new URLSearchParams(location.search).get('api') ?? sessionStorage.getItem('api') ?? '';
sessionStorage.setItem('api', baseUrl);

const { cartId, isBack } = readWay(location.href, undefined);
if (cartId === undefined) throw new Error('There is no cart to pay for.');
const seen = {
  phases: ['loading'],
  problems: [] as string[],
  options: [] as unknown[],
  connection: [] as boolean[],
};
Object.assign(window, { seen });

const checkout = new CheckoutClient({
  baseUrl,
  cartId,
  isBack,
  urls: checkoutUrls(location.href, cartId, {
    termsUrl: '/terms',
    checkoutUrl: '/checkout',
    confirmationUrl: '/confirmation',
  }),
  container: element('kustom'),
  onState: show,
  onCart: ({ orderTotal }) => say('total', String(orderTotal)),
  onProblem: ({ code }) => {
    seen.problems.push(code);
    say('problem', code);
  },
  onOption: (option) => void seen.options.push(option),
  onConnection: (isConnected) => void seen.connection.push(isConnected),
  onCompleted: ({ orderNumber }) => say('order', orderNumber),
});
checkout.start();

function show({ phase }: CheckoutState): void {
  if (seen.phases.at(-1) !== phase) seen.phases.push(phase);
  say('phase', phase);
}

element('more').onclick = () => {
  const item = checkout.cart?.items[0];
  if (!item) return;
  void change(() =>
    checkout.change((carts) =>
      carts.setQuantity(checkout.cart?.cartId ?? '', {
        cartItemId: item.cartItemId,
        quantity: item.quantity + 1,
      }),
    ),
  );
};
element('redeem').onclick = () =>
  void change(() =>
    checkout.change((carts) =>
      carts.addCoupon(checkout.cart?.cartId ?? '', (element('coupon') as HTMLInputElement).value),
    ),
  );
element('retry').onclick = () => checkout.retry();

async function change(make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
    say('refusal', 'none');
  } catch (problem) {
    say('refusal', problem instanceof CheckoutError ? problem.code : String(problem));
  }
}

function say(id: string, text: string): void {
  element(id).textContent = text;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}
