// Inviting: the key pair of an invitation is made here. The public half is posted; the secret half
// goes to the next page behind the "#" of its address, which browsers never send, and is shown once.
import { hex, sha256 } from "./canonical.js";
import { busy, field } from "./page.js";

const LINK = /^#((?:customs|business|neither)-[0-9a-f]{8})\.([0-9a-f]{64})$/;
const SECRET_AT = 16; // where the 32 bytes begin in PKCS #8 (RFC 8410)

export function start() {
  for (const form of document.querySelectorAll("form[data-invite]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form, () => invite(form), () => "This browser cannot make an invitation. Take a newer one.");
    });
  }
  for (const file of document.querySelectorAll("[data-hash] input")) mandate(file);
  // A page that asks who is there, before it goes on with an invitation, passes the secret on.
  if (LINK.test(location.hash)) {
    for (const asked of document.querySelectorAll("form input[name=confirming]")) {
      asked.form.action += location.hash;
    }
  }
  const place = document.querySelector("[data-invited]");
  if (place) show(place);
}

async function invite(form) {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const [open, locked] = await Promise.all([
    crypto.subtle.exportKey("raw", pair.publicKey),
    crypto.subtle.exportKey("pkcs8", pair.privateKey),
  ]);
  const person = form.dataset.person ?? newId(form);
  const secret = hex(new Uint8Array(locked).slice(SECRET_AT, SECRET_AT + 32));
  field(form, "invitation").value = hex(new Uint8Array(open));
  form.action = `${form.action.split("#")[0]}#${person}.${secret}`;
  form.submit();
}

function newId(form) {
  const side = form.querySelector("input[name=side]:checked").value;
  const id = `${side}-${hex(crypto.getRandomValues(new Uint8Array(4)))}`;
  field(form, "id").value = id;
  return id;
}

// Show the link, unless the proposal was refused: then this page is another one, without a place.
function show(place) {
  const [, person, secret] = LINK.exec(location.hash) ?? [];
  if (!person) return;
  history.replaceState(null, "", location.pathname);
  place.querySelector("[data-name]").textContent = nameOf(person);
  const link = place.querySelector("textarea");
  link.value = `${location.origin}/enrol#${person}.${secret}`;
  link.addEventListener("focus", () => link.select());
  place.hidden = false;
}

// The act that stands on the same page names whom it is about.
function nameOf(person) {
  const text = document.querySelector("[data-act]")?.textContent;
  const people = text ? JSON.parse(text).body.people : [];
  return people.find((one) => one.id === person)?.name ?? person;
}

// A mandate's file is hashed here and never sent.
function mandate(file) {
  file.closest("[data-hash]").hidden = false;
  const form = file.form;
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    field(form, "mandate_sha256").value = hex(await sha256(new Uint8Array(await chosen.arrayBuffer())));
    const title = field(form, "mandate");
    if (!title.value) title.value = chosen.name.replace(/\.[^.]*$/, "").slice(0, 80);
  });
}
