import { useState } from 'react';
import { CartView } from './CartView';
import { go, usePath } from './path';
import { addToCart, baseUrl, type Cart, forgetCart, money, products, setQuantity } from './shop';
import { useCart } from './useCart';

export function App() {
  const path = usePath();
  const { cart, setCart, problem, isBusy, checkout, change } = useCart();

  const cartView = (
    <section className="card">
      <h2>Your cart</h2>
      <p className="problem" role="alert">
        {problem}
      </p>
      {cart?.items.length ? (
        <CartView
          cart={cart}
          isBusy={isBusy}
          onQuantity={(item, quantity) => change(() => setQuantity(cart, item, quantity))}
        />
      ) : (
        <p className="quiet">Nothing in it yet.</p>
      )}
      {path !== '/checkout' && (
        <button type="button" disabled={!cart?.items.length} onClick={() => go('/checkout')}>
          To the checkout
        </button>
      )}
    </section>
  );

  return (
    <>
      <header>
        <a href="/" onClick={(event) => follow(event, '/')}>
          Shop
        </a>
      </header>
      <main>
        {path === '/terms' ? (
          <h1>Our terms are fair.</h1>
        ) : path === '/thanks' ? (
          <Thanks
            onCompleted={() => {
              forgetCart();
              setCart(undefined);
            }}
          />
        ) : path === '/checkout' ? (
          <div className="columns checkout">
            {cartView}
            <kustom-checkout
              ref={checkout}
              base-url={baseUrl}
              cart-id={cart?.cartId}
              terms-url="/terms"
              checkout-url="/checkout"
              confirmation-url="/thanks"
              onkustom-cart={({ detail }) => setCart(detail.cart)}
            />
          </div>
        ) : (
          <div className="columns shop">
            <Products isBusy={isBusy} onAdd={(number) => change(() => addToCart(cart, number))} />
            {cartView}
          </div>
        )}
      </main>
    </>
  );
}

function Products({ isBusy, onAdd }: { isBusy: boolean; onAdd: (productNumber: string) => void }) {
  return (
    <div className="products">
      {products.map(({ number, name, price, picture }) => (
        <article className="card" key={number}>
          <svg aria-hidden="true">
            <use href={picture} />
          </svg>
          <h2>{name}</h2>
          <p>{money(price)}</p>
          <button type="button" disabled={isBusy} onClick={() => onAdd(number)}>
            Add {name}
          </button>
        </article>
      ))}
    </div>
  );
}

/** The element sees by the address that the shopper comes back from Kustom, and for which cart. */
function Thanks({ onCompleted }: { onCompleted: () => void }) {
  const [order, setOrder] = useState<Cart>();
  return (
    <>
      <kustom-checkout
        base-url={baseUrl}
        terms-url="/terms"
        checkout-url="/checkout"
        onkustom-completed={({ detail }) => {
          setOrder(detail.cart);
          onCompleted();
        }}
      />
      {order && (
        <section className="card">
          <h2>Order {order.orderNumber}</h2>
          <CartView cart={order} />
        </section>
      )}
    </>
  );
}

function follow(event: React.MouseEvent, path: string): void {
  event.preventDefault();
  go(path);
}
