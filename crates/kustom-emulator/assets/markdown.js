// The one thing of Markdown that merchants' texts need: `[words](https://address)`. Everything else stays as it is.

const LINK = /\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;

/** Nodes, never markup: a merchant's text cannot become an element that is not a link. */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    nodes.push(text.slice(end, match.index), linkTo(match[2], match[1]));
    end = match.index + match[0].length;
  }
  return [...nodes, text.slice(end)].filter((node) => node !== "");
}

function linkTo(address, words) {
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = words;
  return link;
}
