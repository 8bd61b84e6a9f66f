// What the page brings for its script, in one <template>: every sentence and part that is shown.
// Nothing that a reporter reads is written in a script.
export let supplied;

// Take the page's own; the offline page does so again when its language changes.
export function attendSupplied() {
  supplied = document.getElementById("sealing");
}

export function part(name) {
  return supplied.content.querySelector(`[data-part="${name}"]`).firstElementChild.cloneNode(true);
}

function said(selector) {
  return supplied.content.querySelector(selector)?.textContent.trim();
}

// A number of things in words, such as "3 letters", as the page's language counts them.
function counted(things, number) {
  const category = new Intl.PluralRules(document.documentElement.lang).select(number);
  const words = said(`[data-${things}="${category}"]`) ?? said(`[data-${things}="other"]`);
  return words.replace("{number}", number);
}

// The sentence of a problem { code, number, letters }.
export function sentence({ code, number, letters }) {
  const found = said(`[data-sentence="${code}"]`).replace("{number}", number);
  if (code !== "too_long") return found;
  return found
    .replace("{letters}", counted("letters", letters))
    .replace("{bytes}", counted("bytes", number));
}

export function entitle(text) {
  document.title = `${text} – ${supplied.dataset.name}`;
}

export function focus(element) {
  element.tabIndex = -1;
  element.focus();
  element.scrollIntoView({ block: "nearest" });
}
