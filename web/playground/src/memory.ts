/** What this browser remembers between pages. Everything works without it; a private window only forgets sooner. */

const PREFIX = 'kassa-playground';

export const memory = {
  profile: () => read('profile'),
  setProfile: (key: string) => write('profile', key),
  cartId: (profileKey: string) => read(`cart:${profileKey}`),
  setCartId: (profileKey: string, cartId: string | undefined) => write(`cart:${profileKey}`, cartId),
  /** Whether the workshop was left open; nothing when nobody has touched it. */
  workshop: (): boolean | undefined => {
    const kept = read('workshop');
    return kept === undefined ? undefined : kept === 'open';
  },
  setWorkshop: (isOpen: boolean) => write('workshop', isOpen ? 'open' : 'closed'),
  inspector: () => read('inspector'),
  setInspector: (origin: string) => write('inspector', origin),
};

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
