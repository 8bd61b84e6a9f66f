// The part of the page that a reporter writes in: what it says, and what has to be put right in it.
import { check, withoutUnwanted } from "./sealing.js";
import { entitle, focus, part, sentence, supplied } from "./supplied.js";

export let writing;
export let form;
export let words;
let trap; // null on the offline page, which no machine fills
let firstHint;

// Take the page's own; the offline page does so again when its language changes.
export function attendWriting() {
  writing = document.getElementById("writing");
  form = writing.querySelector("form");
  words = form.elements.namedItem("narrative");
  trap = form.elements.namedItem("website");
  [firstHint] = words.getAttribute("aria-describedby").split(" ");
}

// What the form asks, as { code, value, question, answer }, without what was left open.
export function answers() {
  const given = [...form.querySelectorAll("select, input[type=radio]:checked")];
  return given.filter(({ value }) => value).map((control) => ({
    code: control.name,
    value: control.value,
    question: (control.closest("fieldset")?.querySelector("legend") ?? control.labels[0])
      .textContent.trim(),
    answer: (control.selectedOptions?.[0] ?? control.labels[0]).textContent.trim(),
  }));
}

// Return whether all is well; else problems are shown, as the server shows them.
export function wellWritten() {
  takeProblemsAway();
  const found = problems();
  if (found.length > 0) show(found);
  return found.length === 0;
}

export function clear() {
  form.reset();
  for (const field of [words, trap]) if (field) field.value = field.defaultValue = "";
}

function takeProblemsAway() {
  for (const old of writing.querySelectorAll(".problem, .wrong")) old.remove();
  words.removeAttribute("aria-invalid");
  words.setAttribute("aria-describedby", firstHint);
}

function problems() {
  const { problem } = check(words.value);
  const found = problem ? [{ ...problem, field: words.id }] : [];
  if (problem?.code === "control") words.value = withoutUnwanted(words.value);
  if (trap?.value) {
    found.push({ code: "trap", field: trap.id });
    const box = trap.closest(".trap");
    box.classList.add("shown");
    box.removeAttribute("aria-hidden");
    trap.removeAttribute("tabindex");
  }
  return found;
}

function show(found) {
  const box = part("problems");
  for (const problem of found) {
    const link = document.createElement("a");
    link.href = `#${problem.field}`;
    link.textContent = sentence(problem);
    const item = document.createElement("li");
    item.append(link);
    box.querySelector("ul").append(item);
  }
  writing.querySelector(".lead").after(box);
  const wrong = found.filter(({ field }) => field === words.id);
  for (const [at, problem] of wrong.entries()) {
    const told = document.createElement("p");
    told.className = "wrong";
    told.id = `narrative-wrong-${at + 1}`;
    told.textContent = sentence(problem);
    words.before(told);
    words.setAttribute("aria-describedby", `${words.getAttribute("aria-describedby")} ${told.id}`);
    words.setAttribute("aria-invalid", "true");
  }
  entitle(supplied.dataset.wrong);
  focus(box.querySelector("h2"));
}
