// The reporters' form where script is on: words are checked, shown once more and sealed here, and
// only the sealed bytes are posted. Every sentence is the server's, rendered into a <template>.
//
// How words survive a failed send (the policy of this page forbids fetch, frames and workers, and
// nothing may be stored): the sealed post asks the server to answer a failure with 204, on which a
// browser stays on the page that it has. A line that is down is found before by loading a picture.
import { base64, check, fromBase64, newOnce, seal, withoutUnwanted } from "./sealing.js";

const PROBE_MS = 15_000;
const ANSWER_MS = 20_000;

const supplied = document.getElementById("sealing");
const writing = document.getElementById("writing");
if (supplied && writing) start();

function start() {
  const form = writing.querySelector("form");
  const words = form.elements.namedItem("narrative");
  const trap = form.elements.namedItem("website");
  const firstHint = words.getAttribute("aria-describedby").split(" ")[0];
  let once; // made when it is first needed: a browser without crypto must get as far as the question
  let look = null; // the second look, while it is shown
  let lookHash = "";
  let unsealed = false;
  let sending = false;
  let posted = false;
  let probes = 0;

  const part = (name) =>
    supplied.content.querySelector(`[data-part="${name}"]`).firstElementChild.cloneNode(true);

  function sentence(problem) {
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

  function entitle(text) {
    document.title = `${text} – ${supplied.dataset.name}`;
  }

  function focus(element) {
    element.tabIndex = -1;
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  }

  // What the form asks, as { code, value, question, answer }, without what was left open.
  function answers() {
    const given = [...form.querySelectorAll("select, input[type=radio]:checked")];
    return given.filter(({ value }) => value).map((control) => ({
      code: control.name,
      value: control.value,
      question: (control.closest("fieldset")?.querySelector("legend") ?? control.labels[0])
        .textContent.trim(),
      answer: (control.selectedOptions?.[0] ?? control.labels[0]).textContent.trim(),
    }));
  }

  // Problems, as the server shows them.

  function takeProblemsAway() {
    for (const old of writing.querySelectorAll(".problem, .wrong")) old.remove();
    words.removeAttribute("aria-invalid");
    words.setAttribute("aria-describedby", firstHint);
  }

  function showProblems(problems) {
    const box = part("problems");
    for (const problem of problems) {
      const link = document.createElement("a");
      link.href = `#${problem.field}`;
      link.textContent = sentence(problem);
      const item = document.createElement("li");
      item.append(link);
      box.querySelector("ul").append(item);
    }
    writing.querySelector(".lead").after(box);
    const wrong = problems.filter(({ field }) => field === words.id);
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

  function problemsNow() {
    const { problem } = check(words.value);
    const found = problem ? [{ ...problem, field: words.id }] : [];
    if (problem?.code === "control") words.value = withoutUnwanted(words.value);
    if (trap.value) {
      found.push({ code: "trap", field: trap.id });
      const box = trap.closest(".trap");
      box.classList.add("shown");
      box.removeAttribute("aria-hidden");
      trap.removeAttribute("tabindex");
    }
    return found;
  }

  // The second look.

  async function goOn(from) {
    takeProblemsAway();
    const problems = problemsNow();
    if (problems.length > 0) return showProblems(problems);
    const said = answers();
    let sealed;
    try {
      const { key, week, quarter } = supplied.dataset;
      once ??= newOnce();
      sealed = await seal(
        words.value,
        Object.fromEntries(said.map(({ code, value }) => [code, value])),
        { publicKey: fromBase64(key), week, quarter: Number(quarter), once },
      );
    } catch {
      return ask();
    }
    if (from !== "history") history.pushState({ look: true }, "");
    return show(said, base64(sealed));
  }

  function show(said, sealed) {
    look?.remove();
    look = part("look");
    lookHash = location.hash;
    look.querySelector(".words").textContent = check(words.value).narrative;
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
    const post = look.querySelector("form");
    post.elements.namedItem("sealed").value = sealed;
    // By its own click, since not every browser tells a submit event which button it was.
    post.querySelector("[value=edit]").addEventListener("click", (event) => {
      event.preventDefault();
      history.back();
    });
    post.addEventListener("submit", (event) => {
      event.preventDefault();
      send(post);
    });
    writing.hidden = true;
    writing.after(look);
    entitle(look.querySelector("h1").textContent);
    focus(look.querySelector("h1"));
    scrollTo(0, 0);
  }

  function write() {
    look?.remove();
    look = null;
    sending = false;
    writing.hidden = false;
    entitle(writing.querySelector("h1").dataset.title);
    words.focus();
  }

  // Sending.

  function tell(name) {
    look.querySelector(".told")?.remove();
    const box = part(name);
    box.classList.add("told");
    look.querySelector("form").before(box);
    if (box.getAttribute("role") === "alert") focus(box);
  }

  // Whether this server can be reached just now: a small picture is all that may be asked for.
  function reachable() {
    return new Promise((answer) => {
      const picture = new Image();
      picture.onload = () => answer(true);
      picture.onerror = () => answer(false);
      setTimeout(() => answer(false), PROBE_MS);
      probes += 1; // a page keeps a picture that it has loaded, whatever the server says
      picture.src = `/assets/icon.svg?${probes}`;
    });
  }

  async function send(post) {
    if (sending) return;
    sending = true;
    const shown = look;
    tell("sending");
    if (!(await reachable())) {
      sending = false;
      if (look === shown) tell("offline");
      return;
    }
    if (look !== shown) return;
    posted = true;
    post.submit();
    setTimeout(() => {
      if (look !== shown) return;
      sending = false;
      tell("unanswered");
    }, ANSWER_MS);
  }

  // Where sealing is not possible: asked first, and the words stay.

  function ask() {
    const box = part("unsealed");
    box.querySelector("button").addEventListener("click", () => {
      unsealed = true;
      form.submit();
    });
    form.querySelector(".actions").before(box);
    focus(box.querySelector("h2"));
  }

  form.addEventListener("submit", (event) => {
    if (unsealed) return;
    event.preventDefault();
    goOn();
  });
  addEventListener("popstate", (event) => {
    if (event.state?.look) {
      if (!look) goOn("history");
    } else if (look && location.hash === lookHash) write(); // else a link within the page
  });
  // The answer to the report has come: this page may be kept for the Back button, without words.
  addEventListener("pagehide", () => {
    if (!posted) return;
    look?.remove();
    form.reset();
    for (const field of [words, trap]) field.value = field.defaultValue = "";
    once = undefined;
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted || !posted) return;
    posted = false;
    write();
  });
}
