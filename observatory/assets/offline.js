// The offline page: words are sealed here and handed to the reporter as a file and as text. Nothing
// is sent: the page's own policy allows no connection of any kind.
import { periodOf } from "./periods.js";
import { base64, fromBase64, newOnce, seal } from "./sealing.js";
import { discard, takeOver } from "./steps.js";
import { attendSupplied, entitle, focus, part, supplied } from "./supplied.js";
import { answers, attendWriting, clear, form, showToken, words, writing } from "./writing.js";

const MONTHS_OFFERED = 36;

const place = document.getElementById("shown");
const languages = [...document.querySelectorAll("template[data-language]")];

let write; // leads back from the second look
let once; // of one report: sealed again after a change, it counts once
let link = "";

function day(moment) {
  const date = new Date(moment);
  return supplied.dataset.days.split("|")[date.getUTCMonth()]
    .replace("{day}", date.getUTCDate())
    .replace("{year}", date.getUTCFullYear());
}

function tellDay(element) {
  for (const told of element.querySelectorAll(".day")) told.textContent = day(Date.now());
}

function offerMonths() {
  const now = new Date();
  const names = supplied.dataset.months.split("|");
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
    const name = names[month.getUTCMonth()].replace("{year}", year);
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

// The language that the browser is set to, or English.
function preferred() {
  const known = languages.map(({ dataset }) => dataset.language);
  const wished = (navigator.languages ?? []).map((tag) => tag.split("-")[0].toLowerCase());
  return wished.find((tag) => known.includes(tag)) ?? "en";
}

// Put the page of a language in place. What was written goes over: nothing has to leave for it.
function speak(tag) {
  const text = words?.value ?? "";
  const given = form ? answers() : [];
  const chosen = languages.find(({ dataset }) => dataset.language === tag);
  document.documentElement.lang = tag;
  document.documentElement.dir = chosen.dataset.direction;
  place.replaceChildren(document.importNode(chosen.content, true));
  attendSupplied();
  attendWriting();
  offerMonths();
  tellDay(writing);
  words.value = text;
  for (const { code, value } of given) form.elements.namedItem(code).value = value;
  showToken();
  entitle(writing.querySelector("h1").dataset.title);
  for (const button of writing.querySelectorAll(".languages button")) {
    button.addEventListener("click", () => {
      speak(button.value);
      focus(writing.querySelector(".languages strong"));
    });
  }
  if (globalThis.crypto?.subtle) begin();
  else unable();
}

function begin() {
  ({ write } = takeOver({
    seal(text, facets, token) {
      once ??= newOnce();
      const { week, quarter } = periodOf(Date.now());
      const publicKey = fromBase64(place.dataset.key);
      return seal(text, facets, { publicKey, week, quarter, once, token });
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
  }));
}

speak(preferred());
// A page that is kept for the Back button is kept without words.
addEventListener("pagehide", forget);
addEventListener("pageshow", (event) => {
  if (event.persisted) write?.();
});
