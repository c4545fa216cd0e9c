/** What this browser remembers between pages. Everything works without it; a private window only forgets sooner. */

const PREFIX = 'kassa-playground';

/** More than anybody looks back on. */
const MAX_ORDERS = 10;

/** An order that was bought here. The cart's id is the key to it, so it is kept in no other place. */
export type BoughtOrder = { number: string; cartId: string };

export const memory = {
  profile: () => read('profile'),
  setProfile: (key: string) => write('profile', key),
  language: () => read('language'),
  setLanguage: (language: string) => write('language', language),
  cartId: (profileKey: string) => read(`cart:${profileKey}`),
  setCartId: (profileKey: string, cartId: string | undefined) => write(`cart:${profileKey}`, cartId),
  orders: (): BoughtOrder[] => {
    try {
      const kept: unknown = JSON.parse(read('orders') ?? '[]');
      return Array.isArray(kept) ? kept.filter(isBoughtOrder) : [];
    } catch {
      return [];
    }
  },
  keepOrder: (order: BoughtOrder) => {
    const others = memory.orders().filter(({ number }) => number !== order.number);
    write('orders', JSON.stringify([order, ...others].slice(0, MAX_ORDERS)));
  },
  /** Whether the workshop was left open; nothing when nobody has touched it. */
  workshop: (): boolean | undefined => {
    const kept = read('workshop');
    return kept === undefined ? undefined : kept === 'open';
  },
  setWorkshop: (isOpen: boolean) => write('workshop', isOpen ? 'open' : 'closed'),
  /** Whether a try of the workshop is under way, which keeps a note of its own. */
  isTrying: () => read('try') !== undefined,
  /** In pixels, as its reader has dragged it. */
  workshopSize: (side: 'width' | 'height'): number | undefined =>
    Number(read(`workshop-${side}`)) || undefined,
  setWorkshopSize: (side: 'width' | 'height', pixels: number) => write(`workshop-${side}`, String(pixels)),
};

function isBoughtOrder(kept: unknown): kept is BoughtOrder {
  const { number, cartId } = (kept ?? {}) as Partial<BoughtOrder>;
  return typeof number === 'string' && typeof cartId === 'string';
}

function read(key: string): string | undefined {
  try {
    return localStorage.getItem(`${PREFIX}:${key}`) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`${PREFIX}:${key}`);
    else localStorage.setItem(`${PREFIX}:${key}`, value);
  } catch {
    // Storage is refused or full. The address bar carries the cart where it matters.
  }
}
