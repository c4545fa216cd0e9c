import { type Cart, type CartItem, money } from './shop';

type Props = { cart: Cart; isBusy?: boolean; onQuantity?: (item: CartItem, quantity: number) => void };

/** The lines of a cart, to be changed where somebody listens. */
export function CartView({ cart, isBusy, onQuantity }: Props) {
  return (
    <>
      {cart.items.map((item) => (
        <div className="line" key={item.cartItemId}>
          <span>{item.description}</span>
          <span>{money(item.total, cart.currencyCode)}</span>
          <span className="quantity">
            {onQuantity && (
              <button
                type="button"
                aria-label="One less"
                disabled={isBusy}
                onClick={() => onQuantity(item, item.quantity - 1)}
              >
                −
              </button>
            )}
            <span>{item.quantity}</span>
            {onQuantity && (
              <button
                type="button"
                aria-label="One more"
                disabled={isBusy}
                onClick={() => onQuantity(item, item.quantity + 1)}
              >
                +
              </button>
            )}
          </span>
        </div>
      ))}
      <p className="total">
        <span>Total</span>
        <span>{money(cart.orderTotal, cart.currencyCode)}</span>
      </p>
    </>
  );
}
