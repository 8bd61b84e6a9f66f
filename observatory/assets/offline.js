// The offline page: words are sealed here and handed to the reporter as a file and as text. Nothing
// is sent: the page's own policy allows no connection of any kind.
import { periodOf } from "./periods.js";
import { base64, fromBase64, newOnce, seal } from "./sealing.js";
import { discard, takeOver } from "./steps.js";
import { focus, part, supplied } from "./supplied.js";
import { clear, form, words, writing } from "./writing.js";

const MONTHS_OFFERED = 36;

const monthNames = supplied.dataset.months.split(" ");
let once; // of one report: sealed again after a change, it counts once
let link = "";

function day(moment) {
  const date = new Date(moment);
  return `${date.getUTCDate()} ${monthNames[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function tellDay(element) {
  for (const place of element.querySelectorAll(".day")) place.textContent = day(Date.now());
}

function offerMonths() {
  const now = new Date();
  const list = form.elements.namedItem("month");
  let group;
  for (let back = 0; back < MONTHS_OFFERED; back += 1) {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    const year = month.getUTCFullYear();
    if (group?.label !== String(year)) {
      group = document.createElement("optgroup");
      group.label = year;
      list.append(group);
    }
    const name = `${monthNames[month.getUTCMonth()]} ${year}`;
    group.append(new Option(name, month.toISOString().slice(0, 7)));
  }
}

function forgetFile() {
  if (link) URL.revokeObjectURL(link);
  link = "";
}

function forget() {
  forgetFile();
  discard();
  clear();
  once = undefined;
}

function unable() {
  const box = part("unable");
  writing.before(box);
  writing.hidden = true;
  focus(box.querySelector("h2"));
}

function begin() {
  const { write } = takeOver({
    seal(text, facets) {
      once ??= newOnce();
      const { week, quarter } = periodOf(Date.now());
      return seal(text, facets, { publicKey: fromBase64(supplied.dataset.key), week, quarter, once });
    },
    show(look, sealed) {
      forgetFile();
      link = URL.createObjectURL(new Blob([sealed], { type: "application/octet-stream" }));
      look.querySelector("a[download]").href = link;
      const text = look.querySelector("textarea");
      text.value = base64(sealed);
      const told = look.querySelector("[role=status]");
      look.querySelector("[value=copy]").addEventListener("click", () => {
        text.select();
        const copied = document.execCommand("copy"); // the newer way may ask for a permission
        told.textContent = told.dataset[copied ? "copied" : "selected"];
      });
      look.querySelector("[value=clear]").addEventListener("click", () => {
        forget();
        history.back();
      });
      tellDay(look);
    },
    unable,
    leave() {
      forgetFile();
      tellDay(writing);
    },
  });
  // A page that is kept for the Back button is kept without words.
  addEventListener("pagehide", forget);
  addEventListener("pageshow", (event) => {
    if (event.persisted) write();
  });
  offerMonths();
  tellDay(writing);
  writing.hidden = false;
}

if (globalThis.crypto?.subtle) begin();
else unable();
