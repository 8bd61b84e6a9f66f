// The part of the page that a reporter writes in: what it says, and what has to be put right in it.
import { check, noToken, packed, tokenIn, withoutUnwanted } from "./sealing.js";
import { entitle, focus, part, sentence, supplied } from "./supplied.js";

export const TOKEN = "token"; // where no facet is: among answers

export let writing;
export let form;
export let words;
let trap; // null on the offline page, which no machine fills
let token; // null where no tokens are taken

// Take the page's own; the offline page does so again when its language changes.
export function attendWriting() {
  writing = document.getElementById("writing");
  form = writing.querySelector("form");
  words = form.elements.namedItem("narrative");
  trap = form.elements.namedItem("website");
  token = form.elements.namedItem(TOKEN);
}

// What the form asks, as { code, value, question, answer }, without what was left open.
export function answers() {
  const given = [...form.querySelectorAll("select, input[type=radio]:checked")];
  const found = given.filter(({ value }) => value).map((control) => ({
    code: control.name,
    value: control.value,
    question: (control.closest("fieldset")?.querySelector("legend") ?? control.labels[0])
      .textContent.trim(),
    answer: (control.selectedOptions?.[0] ?? control.labels[0]).textContent.trim(),
  }));
  if (hasToken()) {
    found.push({
      code: TOKEN,
      value: token.value,
      question: token.labels[0].textContent.trim(),
      answer: sentence({ code: "with_token" }),
    });
  }
  return found;
}

const hasToken = () => token !== null && packed(token.value) !== "";

// The bytes that are sealed for a token: none where none are taken.
export const proof = () => token && (tokenIn(token.value) ?? noToken());

// Unfold the box for a token if something is in it.
export function showToken() {
  if (hasToken()) token.closest("details").open = true;
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
  for (const field of [words, trap, token]) if (field) field.value = field.defaultValue = "";
}

function takeProblemsAway() {
  for (const old of writing.querySelectorAll(".problem, .wrong")) old.remove();
  for (const field of described()) {
    field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", field.getAttribute("aria-describedby").split(" ")[0]);
  }
}

// The fields at which a problem is told as well: their own hint describes them first.
const described = () => [words, token].filter(Boolean);

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
  if (hasToken() && !tokenIn(token.value)) {
    found.push({ code: "token", field: token.id });
    showToken();
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
  for (const field of described()) {
    const wrong = found.filter((problem) => problem.field === field.id);
    for (const [at, problem] of wrong.entries()) {
      const told = document.createElement("p");
      told.className = "wrong";
      told.id = `${field.id}-wrong-${at + 1}`;
      told.textContent = sentence(problem);
      field.before(told);
      const before = field.getAttribute("aria-describedby");
      field.setAttribute("aria-describedby", `${before} ${told.id}`);
      field.setAttribute("aria-invalid", "true");
    }
  }
  entitle(supplied.dataset.wrong);
  focus(box.querySelector("h2"));
}
