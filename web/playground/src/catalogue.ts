/** What the shop shows before anything is in the cart. In the cart, names and amounts are the server's. */
import products from './products.json';

export type Product = {
  number: string;
  name: string;
  detail: string;
  prices: Record<string, number>;
};

export const catalogue: readonly Product[] = products;

export function productNamed(number: string): Product | undefined {
  return catalogue.find((product) => product.number === number);
}
