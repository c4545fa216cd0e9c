/** The products, and the cart beside them. */
import { type Cart, type CartProfile, isCartErrors } from '@hantera/storefront-sdk/cart';
import { client } from '../api';
import { type CartSession, createCartSession, loadCart } from '../cart-session';
import { h } from '../dom';
import { memory } from '../memory';
import { localeOf } from '../money';
import { createCartPanel } from '../parts/cart-panel';
import { createFrame, type Frame } from '../parts/frame';
import { createProductGrid } from '../parts/product-grid';
import { createProfileSelect } from '../parts/profile-select';

export async function showShop(root: HTMLElement): Promise<void> {
  const frame = createFrame(root, 'Shop');
  frame.main.classList.add('shop');
  const problem = (message: string) => panel.showProblem(message);
  const session = createCartSession({
    onCart: (cart) => panel.update(cart),
    onConnection: frame.setConnected,
    onProblem: problem,
  });
  const panel = createCartPanel(session.quantities);
  frame.main.append(
    h('section', { class: 'products', 'aria-labelledby': 'products-title' }),
    panel.element,
    panel.bar,
  );

  const profiles = await loadProfiles();
  const first = profiles[0];
  if (!first) return problem('The server does not answer. Is it running?');
  const chosen = profiles.find((profile) => profile.profileKey === memory.profile()) ?? first;
  const choose = (profile: CartProfile) => void showProfile(frame, session, panel, profile);
  frame.tools.append(createProfileSelect(profiles, chosen, choose));
  await showProfile(frame, session, panel, chosen);
}

type Panel = ReturnType<typeof createCartPanel>;

async function showProfile(
  frame: Frame,
  session: CartSession,
  panel: Panel,
  profile: CartProfile,
): Promise<void> {
  memory.setProfile(profile.profileKey);
  session.leave();
  panel.clear();
  const grid = createProductGrid(profile, async (productNumber, name) => {
    panel.showProblem('');
    const cart = await addToCart(session, profile, productNumber);
    if (!cart) return panel.showProblem(`${name} could not be added.`);
    if (isCartErrors(cart))
      return panel.showProblem(cart.errors[0]?.message ?? `${name} could not be added.`);
    frame.announce(`${name} is in the cart.`);
    session.use(cart);
    return 'added';
  });
  frame.main.querySelector('.products')?.replaceChildren(...grid);

  const cartId = memory.cartId(profile.profileKey);
  const cart = cartId ? await loadCart(cartId).catch(() => undefined) : undefined;
  if (memory.profile() !== profile.profileKey) return;
  if (cart?.cartState === 'open') session.use(cart);
}

/** More of what is in the cart already makes that line longer; the server would make a second line of it. */
async function addToCart(session: CartSession, profile: CartProfile, productNumber: string) {
  try {
    const cart = session.current();
    const line = cart?.items.find((item) => item.productNumber === productNumber);
    if (cart?.cartState === 'open' && line) {
      const quantity = session.quantities.shown(line.cartItemId, line.quantity) + 1;
      return await client.setQuantity(cart.cartId, { cartItemId: line.cartItemId, quantity });
    }
    const cartId = cart?.cartState === 'open' ? cart.cartId : await createCart(profile);
    return await client.addItem(cartId, { productNumber, quantity: 1 });
  } catch {
    return undefined;
  }
}

async function createCart(profile: CartProfile): Promise<Cart['cartId']> {
  const { profileKey, defaultCountryCode } = profile;
  const answer = await client.createCart({
    profileKey,
    locale: localeOf(profileKey),
    countryCode: defaultCountryCode,
  });
  if (isCartErrors(answer)) throw new Error(answer.errors[0]?.message);
  memory.setCartId(profileKey, answer.cartId);
  return answer.cartId;
}

async function loadProfiles(): Promise<CartProfile[]> {
  try {
    const profiles = await client.getCartProfiles();
    return Array.isArray(profiles) ? profiles : [];
  } catch {
    return [];
  }
}
