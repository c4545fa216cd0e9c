/** The server, by the published clients. The playground is served by the server it talks to. */
import { createCartClient } from '@hantera/storefront-sdk/cart';
import { createOrdersClient } from '@hantera/storefront-sdk/orders';

const baseUrl = location.origin;

export const carts = createCartClient({ baseUrl });
export const orders = createOrdersClient({ baseUrl });
