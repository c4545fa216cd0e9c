// The merchant's colours. Text on them stays readable, whatever was chosen.
//
// Contrast as in WCAG 2.2: 4.5 to 1 for text, 3 to 1 for the parts of a control. Source of the options:
// https://docs.kustom.co/contents/api/checkout, `options`.

const COLOUR = /^#[0-9a-f]{6}$/i;
const TEXT_CONTRAST = 4.5;
const CONTROL_CONTRAST = 3;
const WHITE = "#ffffff";
const BLACK = "#000000";
const LARGEST_RADIUS = 24;

/** The properties of the style sheet that these options change. */
export function appearanceOf(colours = {}) {
  const known = (colour) => (COLOUR.test(colour ?? "") ? colour.toLowerCase() : undefined);
  const properties = {};
  const [button, checkbox] = [known(colours.button), known(colours.checkbox)];
  if (button) {
    properties["--button"] = button;
    properties["--button-edge"] = contrast(button, WHITE) < CONTROL_CONTRAST ? readable(button, CONTROL_CONTRAST) : button;
  }
  const buttonText = known(colours.button_text);
  if (button || buttonText) properties["--button-text"] = textOn(button ?? "#1f5eff", buttonText);
  if (checkbox) properties["--control"] = readable(checkbox, CONTROL_CONTRAST);
  const checkmark = known(colours.checkbox_checkmark);
  if (checkbox || checkmark) properties["--checkmark"] = textOn(properties["--control"] ?? "#1f5eff", checkmark, CONTROL_CONTRAST);
  if (known(colours.header)) properties["--heading"] = readable(known(colours.header));
  if (known(colours.link)) properties["--link"] = readable(known(colours.link));
  const radius = Number.parseInt(colours.radius_border, 10);
  if (radius >= 0) properties["--radius"] = `${Math.min(radius, LARGEST_RADIUS)}px`;
  return properties;
}

/** Set one by one on the element: a value can be nothing but a value. */
export function dress(colours) {
  for (const [name, value] of Object.entries(appearanceOf(colours))) {
    document.documentElement.style.setProperty(name, value);
  }
}

/** The wanted colour where it can be read on that ground, else black or white. */
function textOn(ground, wanted, enough = TEXT_CONTRAST) {
  if (wanted && contrast(ground, wanted) >= enough) return wanted;
  return contrast(ground, WHITE) >= contrast(ground, BLACK) ? WHITE : BLACK;
}

/** The colour itself, or as much darker as it takes to be seen on white. */
function readable(colour, enough = TEXT_CONTRAST) {
  let parts = partsOf(colour);
  while (contrast(toHex(parts), WHITE) < enough) parts = parts.map((part) => part * 0.94);
  return toHex(parts);
}

export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = partsOf(colour).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const partsOf = (colour) => [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
const toHex = (parts) => `#${parts.map((part) => Math.floor(part).toString(16).padStart(2, "0")).join("")}`;
