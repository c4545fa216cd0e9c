/**
 * Names that the one file shortens. None may leave it: not to a page, on the wire, in a message to another tab, or to
 * the browser, whose own dictionaries have names as well. A test compares them with all of these.
 */
export const INTERNAL =
  /^(on[A-Z]\w*|is(Certain|Known|Passing|ConnectionLost|Back)|effects|refusal|renew|texts|urls)$/;
