// What the page brings for its script, in one <template>: every sentence and part that is shown.
// Nothing that a reporter reads is written in a script.
export const supplied = document.getElementById("sealing");

export function part(name) {
  return supplied.content.querySelector(`[data-part="${name}"]`).firstElementChild.cloneNode(true);
}

// The sentence of a problem { code, number, letters }, in the singular where it must be.
export function sentence(problem) {
  const one = (number) => (number === 1 ? "one" : "more");
  const found = [...supplied.content.querySelectorAll(`[data-sentence="${problem.code}"]`)].find(
    ({ dataset }) =>
      (dataset.letters ?? one(problem.letters)) === one(problem.letters) &&
      (dataset.bytes ?? one(problem.number)) === one(problem.number),
  );
  return found.textContent.trim()
    .replace("{number}", problem.number)
    .replace("{letters}", problem.letters);
}

export function entitle(text) {
  document.title = `${text} – ${supplied.dataset.name}`;
}

export function focus(element) {
  element.tabIndex = -1;
  element.focus();
  element.scrollIntoView({ block: "nearest" });
}
