// What is bought and what it costs: lines, totals and the choice of delivery.

const element = (id) => document.getElementById(id);

// Amounts are whole minor units; the currency says how many digits of them are a fraction.
export function money(minor, currency, locale) {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits;
  return format.format(minor / 10 ** digits);
}

export function showSummary(order, locale) {
  const price = (minor) => money(minor, order.purchase_currency, locale);
  element("lines").replaceChildren(...order.order_lines.map((line) => lineItem(line, price)));
  element("tax").textContent = price(order.order_tax_amount);
  element("tax-row").hidden = Boolean(order.hides_tax);
  element("total").textContent = price(order.order_amount);
  element("buy-total").textContent = price(order.order_amount);
}

function lineItem(line, price) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const amount = document.createElement("span");
  name.append(line.name);
  if (line.quantity !== 1) {
    const quantity = document.createElement("small");
    quantity.textContent = ` × ${line.quantity}`;
    name.append(quantity);
  }
  amount.textContent = price(line.total_amount);
  if (/^https?:/i.test(line.image_url ?? "")) item.append(picture(line.image_url));
  item.append(name, amount);
  return item;
}

/** The shop's own picture, which may be missing without harm: the name stands beside it. */
function picture(address) {
  const image = document.createElement("img");
  image.alt = "";
  image.width = 40;
  image.height = 40;
  image.addEventListener("error", () => image.remove());
  image.src = address;
  return image;
}

export function showShippingOptions(order, locale) {
  const chosen = (order.selected_shipping_option ?? order.shown_shipping_option)?.id;
  const price = (minor) => money(minor, order.purchase_currency, locale);
  const labels = order.shipping_options.map((option) => {
    const label = optionLabel(option, price);
    label.querySelector("input").checked = option.id === chosen;
    return label;
  });
  const focused = document.activeElement;
  const wasInside = focused?.name === "shipping_option" && document.hasFocus();
  element("shipping-options").replaceChildren(...labels);
  // The options are written anew after each choice, and the cursor must not be lost with the old ones.
  if (wasInside) labels.map((label) => label.querySelector("input")).find(({ value }) => value === focused.value)?.focus();
  element("shipping").hidden = labels.length === 0;
}

function optionLabel(option, price) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const name = document.createElement("span");
  const amount = document.createElement("span");
  input.type = "radio";
  input.name = "shipping_option";
  input.value = option.id;
  name.textContent = option.name;
  amount.textContent = price(option.price);
  label.append(input, name, amount);
  const remarks = [option.description, option.promo].filter(Boolean).join(" · ");
  if (remarks) {
    const small = document.createElement("small");
    small.textContent = remarks;
    label.append(small);
  }
  return label;
}
