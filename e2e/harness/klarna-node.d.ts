/** The package has no types of its own. These are the parts that the tests use. */
declare module 'klarna-node' {
  type Order = Record<string, unknown>;

  const klarnaNode: {
    default: { init: (settings: { uid: string; password: string; live: boolean }) => void };
    klarnaCheckout: {
      config: (settings: {
        purchase_country: string;
        purchase_currency: string;
        locale: string;
        terms: string;
        checkout: string;
        confirmation: string;
        push: string;
      }) => void;
      createOrder: (order: Order) => Promise<Order>;
      /** Not parsed. */
      getOrder: (id: string) => Promise<string>;
      updateOrder: (id: string, order: Order) => Promise<Order>;
    };
    klarnaOrderManagement: {
      acknowledgeOrder: (id: string) => Promise<unknown>;
      captureOrder: (capture: { captured_amount: number }, id: string) => Promise<unknown>;
    };
  };
  export = klarnaNode;
}
