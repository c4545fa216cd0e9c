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
  item.append(name, amount);
  return item;
}

export function showShippingOptions(order, locale, choose) {
  const chosen = (order.selected_shipping_option ?? order.shown_shipping_option)?.id;
  const price = (minor) => money(minor, order.purchase_currency, locale);
  const labels = order.shipping_options.map((option) => {
    const label = optionLabel(option, price);
    const input = label.querySelector("input");
    input.checked = option.id === chosen;
    input.addEventListener("change", () => choose(option.id));
    return label;
  });
  element("shipping-options").replaceChildren(...labels);
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
