// The reporter's words in the second look, with marks on what could point to the reporter, and the
// list below that says how to blur it: as the server's page has them (templates/intake/marks.html).
import { marks } from "./marks.js";

const PLACES_SHOWN = 8;
const LONGEST_SHOWN = 60;

export function markWords(look, text) {
  const words = look.querySelector(".words");
  const section = look.querySelector(".marked");
  const places = new Map();
  let end = 0;
  for (const { start, end: stop, kind } of marks(text)) {
    const mark = document.createElement("mark");
    mark.textContent = text.slice(start, stop);
    mark.dataset.say = section.querySelector(`[data-kind=${kind}] dt`).textContent;
    words.append(text.slice(end, start), mark);
    if (!places.has(kind)) places.set(kind, new Set());
    places.get(kind).add(shortened(mark.textContent));
    end = stop;
  }
  words.append(text.slice(end));
  explain(section, places);
  if (places.size > 0) changeFirst(look.querySelector("[value=edit]"));
}

function shortened(text) {
  const letters = [...text];
  return letters.length > LONGEST_SHOWN ? `${letters.slice(0, LONGEST_SHOWN).join("")}…` : text;
}

function explain(section, places) {
  for (const group of section.querySelectorAll("[data-kind]")) {
    const found = [...(places.get(group.dataset.kind) ?? [])];
    if (found.length > PLACES_SHOWN) found.splice(PLACES_SHOWN, found.length, "…");
    for (const place of found) {
      const shown = document.createElement("bdi");
      shown.textContent = place;
      const list = group.querySelector(".places");
      list.append(list.hasChildNodes() ? " · " : "", shown);
    }
    if (found.length === 0) group.remove();
  }
  const beside = places.size > 0 ? ".none" : ".some, .found";
  for (const part of section.querySelectorAll(beside)) part.remove();
}

// Where something is marked, to change it comes first. What was first stays possible.
function changeFirst(edit) {
  const actions = edit.closest(".actions");
  actions.querySelector(".button:not(.second)").classList.add("second");
  edit.classList.remove("second");
  actions.prepend(edit, " ");
}
