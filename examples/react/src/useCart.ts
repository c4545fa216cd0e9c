/** The cart, and the one way to change it. */
import type { KustomCheckoutElement } from '@kassa/checkout-element';
import { useEffect, useRef, useState } from 'react';
import { type Cart, type CartMutationResponse, cartIn, readCart, textOf } from './shop';

export function useCart() {
  const [cart, setCart] = useState<Cart>();
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const checkout = useRef<KustomCheckoutElement>(null);

  // Nothing is made here, only read: StrictMode runs effects twice.
  useEffect(() => {
    let isWanted = true;
    readCart().then(
      (found) => isWanted && setCart((present) => present ?? found),
      (reason) => isWanted && setProblem(textOf(reason)),
    );
    return () => {
      isWanted = false;
    };
  }, []);

  /** Beside the open iframe, `update` locks it until Kustom has confirmed the cart as it is then. */
  async function change(work: () => Promise<CartMutationResponse>) {
    setBusy(true);
    setProblem('');
    try {
      const changed = cartIn(await (checkout.current?.update(work) ?? work()));
      setCart(checkout.current?.cart ?? changed);
    } catch (reason) {
      setProblem(textOf(reason));
    }
    setBusy(false);
  }

  return { cart, setCart, problem, isBusy, checkout, change };
}
