// The reporters' form where script is on: words are checked, shown once more and sealed here, and
// only the sealed bytes are posted.
//
// How words survive a failed send (the policy of this page forbids fetch, frames and workers, and
// nothing may be stored): the sealed post asks the server to answer a failure with 204, on which a
// browser stays on the page that it has. A line that is down is found before by loading a picture.
import "./exit.js";
import { offerLanguages } from "./languages.js";
import { WEEK_MS, later } from "./periods.js";
import { base64, fromBase64, newOnce, seal } from "./sealing.js";
import { discard, shown, takeOver } from "./steps.js";
import { attendSupplied, focus, part, supplied } from "./supplied.js";
import "./upload.js";
import { work } from "./working.js";
import { attendWriting, clear, form } from "./writing.js";

const PROBE_MS = 15_000;
const ANSWER_MS = 20_000;
const LONGEST_OPEN_WEEKS = 52;

attendSupplied();
attendWriting();
offerLanguages();

const opened = Date.now();

let sealedIn; // the week of the report that is shown
let once; // made when it is first needed: a browser without crypto must get as far as the question
let unsealed = false;
let sending = false;
let posted = false;
let probes = 0;

// The server's week, moved on by the whole weeks that this page has been open. Whichever day it was
// opened, that is this week or the one before, and a run takes both. (This device's clock tells only
// how long; a clock that was set meanwhile tells nothing.)
function period() {
  const open = Math.floor((Date.now() - opened) / WEEK_MS);
  return later(supplied.dataset.week, open > 0 && open < LONGEST_OPEN_WEEKS ? open : 0);
}

const { write } = takeOver({
  async seal(text, facets, token) {
    once ??= newOnce();
    const { week, quarter } = period();
    const publicKey = fromBase64(supplied.dataset.key);
    const sealed = await seal(text, facets, { publicKey, week, quarter, once, token });
    sealedIn = week;
    return base64(sealed);
  },
  show(look, sealed, again) {
    const post = look.querySelector("form");
    post.elements.namedItem("sealed").value = sealed;
    post.addEventListener("submit", (event) => {
      event.preventDefault();
      send(post, again);
    });
  },
  // Where sealing is not possible: asked first, and the words stay.
  unable() {
    const box = part("unsealed");
    box.querySelector("button").addEventListener("click", () => {
      unsealed = true;
      form.submit();
    });
    form.querySelector(".actions").before(box);
    focus(box.querySelector("h2"));
  },
  leave() {
    sending = false;
  },
  passing: () => unsealed,
});

function tell(name) {
  shown().querySelector(".told")?.remove();
  const box = part(name);
  box.classList.add("told");
  shown().querySelector("form").before(box);
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

// Where the server asks for work before it takes a report, so that a flood costs something.
async function addWork(post, look) {
  const sealed = fromBase64(post.elements.namedItem("sealed").value);
  const field = post.elements.namedItem("work") ?? document.createElement("input");
  field.type = "hidden";
  field.name = "work";
  field.value = await work(form.dataset.work, sealed, () => look !== shown());
  post.append(field);
}

async function send(post, again) {
  if (sending) return;
  sending = true;
  const look = shown();
  if (sealedIn !== period().week) post.elements.namedItem("sealed").value = await again();
  tell("sending");
  if (form.dataset.work) await addWork(post, look);
  if (!(await reachable())) {
    sending = false;
    if (look === shown()) tell("offline");
    return;
  }
  if (look !== shown()) return;
  posted = true;
  post.submit();
  setTimeout(() => {
    if (look !== shown()) return;
    sending = false;
    tell("unanswered");
  }, ANSWER_MS);
}

// The answer to the report has come: this page may be kept for the Back button, without words.
addEventListener("pagehide", () => {
  if (!posted) return;
  discard();
  clear();
  once = undefined;
});
addEventListener("pageshow", (event) => {
  if (!event.persisted || !posted) return;
  posted = false;
  write();
});
