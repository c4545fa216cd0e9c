/**
 * A cart as it is on the wire. The same type as the published client's, which a test asserts: whoever uses only the
 * element need not install that client, and whoever has it may hand our carts to code that expects its own.
 */
export type CartItem = {
  cartItemId: string;
  productNumber: string;
  quantity: number;
  description?: string;
  image?: string;
  /** Amounts are in major units, exact in every digit. */
  total: number;
  tax: number;
  unitPrice: number;
  discount: number;
};

export type Address = {
  name?: string;
  careOf?: string;
  attention?: string;
  addressLine1?: string;
  addressLine2?: string;
  city?: string;
  state?: string;
  postalCode?: string;
  countryCode?: string;
};

export type InvoiceRecipient = Address & { taxId?: string; taxIdType?: string; taxCountryCode?: string };

export type Promotion = {
  calculatedTotal: number;
  description: string;
  messageRendered: string | null;
  messageTemplate: string | null;
  messageType: string | null;
};

export type Cart = {
  /** The key to the cart: whoever knows it may change the cart. */
  cartId: string;
  cartNumber: string;
  /** Empty until there is an order. */
  orderNumber: string;
  cartState: string;
  profileKey?: string;
  channelKey: string;
  currencyCode: string;
  locale?: string;
  customer?: Record<string, unknown>;
  address?: Address;
  invoiceRecipient?: InvoiceRecipient;
  items: CartItem[];
  fields?: Record<string, unknown>;
  taxIncluded: boolean;
  productTotal: number;
  orderTotal: number;
  orderTaxTotal: number;
  shippingDiscount: number;
  shippingTotal: number;
  shippingTax: number;
  email?: string;
  phone?: string;
  /** Any number of them; the published client says one. */
  promotions: [Promotion];
};
