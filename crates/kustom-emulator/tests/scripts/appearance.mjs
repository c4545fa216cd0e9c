// The merchant's colours are taken, and what stands on them can be read.
import assert from "node:assert/strict";
import { appearanceOf, contrast } from "./page.mjs";

assert.deepEqual(appearanceOf({}), {});
// Only a colour is a colour, whoever sends it.
assert.deepEqual(appearanceOf({ button: "red;}body{display:none", link: "#12345", radius_border: "x" }), {});
assert.equal(appearanceOf({ button: "#FFEE00", button_text: "#FFFFFF" })["--button-text"], "#000000");
assert.equal(appearanceOf({ button: "#003300", button_text: "#FFEE00" })["--button-text"], "#ffee00");
assert.equal(appearanceOf({ radius_border: "5" })["--radius"], "5px");
assert.equal(appearanceOf({ radius_border: "999" })["--radius"], "24px");

const hex = (number) => `#${number.toString(16).padStart(6, "0")}`;
for (let colour = 0; colour <= 0xffffff; colour += 0x0f1f3) {
  const wanted = hex(colour);
  const other = hex((colour * 7) % 0x1000000);
  const all = { button: wanted, button_text: other, checkbox: wanted, checkbox_checkmark: other, link: wanted, header: other };
  const shown = appearanceOf(all);
  assert.ok(contrast(shown["--button"], shown["--button-text"]) >= 4.5, `button ${wanted}, text ${other}`);
  assert.ok(contrast(shown["--link"], "#ffffff") >= 4.5, `link ${wanted}`);
  assert.ok(contrast(shown["--heading"], "#ffffff") >= 4.5, `heading ${other}`);
  assert.ok(contrast(shown["--control"], "#ffffff") >= 3, `checkbox ${wanted}`);
  assert.ok(contrast(shown["--control"], shown["--checkmark"]) >= 3, `checkmark ${other} on ${wanted}`);
}
