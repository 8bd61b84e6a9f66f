// The form's steps in the page itself: write, look once more, go back and change. What becomes of a
// sealed report is the caller's: sent by the served form, saved by the offline page.
import { markWords } from "./marking.js";
import { check } from "./sealing.js";
import { entitle, focus, part } from "./supplied.js";
import { TOKEN, answers, form, proof, wellWritten, words, writing } from "./writing.js";

let look = null; // the second look, while it is shown
let lookHash = "";
let flow = null; // what `takeOver` was told last

addEventListener("popstate", (event) => {
  if (event.state?.look) {
    if (!look) flow?.goOn("history");
  } else if (look && location.hash === lookHash) flow.write(); // else a link within the page
});

// Take over the form; where another form is in its place, do so again.
// `seal(text, facets, token)` returns a promise of what is sealed; `show(look, sealed, again)` fills the
// rest of the second look, `again()` seals the same once more; `unable()` is called where this
// browser cannot seal; `leave()` when the second look is left; `passing()` tells whether the form
// may go as it is.
export function takeOver({ seal, show, unable, leave = () => {}, passing = () => false }) {
  async function goOn(from) {
    if (!wellWritten()) return;
    const said = answers();
    const facets = Object.fromEntries(
      said.filter(({ code }) => code !== TOKEN).map(({ code, value }) => [code, value]),
    );
    const text = words.value;
    const token = proof();
    const again = () => seal(text, facets, token);
    let sealed;
    try {
      sealed = await again();
    } catch {
      unable();
      return;
    }
    if (from !== "history") history.pushState({ look: true }, "");
    open(said);
    show(look, sealed, again);
  }

  function write() {
    close();
    leave();
  }

  form.addEventListener("submit", (event) => {
    if (passing()) return;
    event.preventDefault();
    goOn();
  });
  flow = { goOn, write };
  return { write };
}

export const shown = () => look;

export function discard() {
  look?.remove();
}

function open(said) {
  look?.remove();
  look = part("look");
  lookHash = location.hash;
  markWords(look, check(words.value).narrative);
  const list = look.querySelector(".said");
  list.textContent = "";
  for (const { question, answer } of said) {
    for (const [tag, text] of [["dt", question], ["dd", answer]]) {
      const line = document.createElement(tag);
      line.textContent = text;
      list.append(line);
    }
  }
  if (said.length === 0) list.closest("section").remove();
  // By its own click, since not every browser tells a submit event which button it was.
  look.querySelector("[value=edit]").addEventListener("click", (event) => {
    event.preventDefault();
    history.back();
  });
  writing.hidden = true;
  writing.after(look);
  entitle(look.querySelector("h1").textContent);
  focus(look.querySelector("h1"));
  scrollTo(0, 0);
}

function close() {
  look?.remove();
  look = null;
  writing.hidden = false;
  entitle(writing.querySelector("h1").dataset.title);
  words.focus();
}
