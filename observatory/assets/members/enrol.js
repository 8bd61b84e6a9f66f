// Enrolling: the invitation's secret stands behind the # of the link, which browsers never send.
// It signs what this device makes. It is taken out of the address at once, and kept nowhere.
import {
  base64url, bytesOf, canonical, fromBase64url, fromHex, hex, joined, sha256,
} from "./canonical.js";
import { available, create, sign, why } from "./passkey.js";
import { busy, field, tell } from "./page.js";

const RECORD = bytesOf("jio/enrolment/v1\0");
const REQUEST = bytesOf("jio/enrolment-request/v1\0");
const SCHEMA = "joint-integrity-observatory/enrolment/1";
// What stands before the 32 bytes of an Ed25519 secret in PKCS #8 (RFC 8410).
const PKCS8 = fromHex("302e020100300506032b657004220420");
const LINK = /^#((?:customs|business|neither)-[0-9a-f]{8})\.([0-9a-f]{64})$/;

class Said extends Error {}

const told = (error) => (error instanceof Said ? error.message : why(error));

export function start() {
  const place = document.querySelector("[data-enrol]");
  if (place) {
    byLink(place);
    // Another link in the same tab changes nothing but what stands behind the "#".
    addEventListener("hashchange", () => location.reload());
  }
  const more = document.querySelector("form[data-add]");
  if (more) {
    more.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(more, () => addDevice(more), told);
    });
  }
}

async function byLink(place) {
  const [, person, secret] = LINK.exec(location.hash) ?? [];
  history.replaceState(null, "", "/enrol");
  const missing = place.querySelector("[data-missing]");
  const forms = place.querySelector("[data-forms]");
  const key = person && (await keyOf(secret));
  if (!key) {
    missing.querySelector("p").textContent = person
      ? "This browser cannot sign by an invitation. Take a newer one, and open the link again."
      : "Open the link that you were given, whole, with everything behind the “#”.";
    return;
  }
  missing.hidden = true;
  forms.hidden = false;
  for (const name of place.querySelectorAll("[data-person]")) name.textContent = person;
  for (const name of place.querySelectorAll("input[name=person]")) name.value = person;
  const link = { person, secret, key };
  const ways = { passkey: enrolPasskey, password: askForPassword, code: enrolPassword };
  for (const form of place.querySelectorAll("form[data-way]")) {
    if (form.dataset.way === "passkey" && !available()) {
      tell(form, "This browser has no passkeys. Take another one, or a password with codes.");
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form, () => ways[form.dataset.way](form, link), told);
    });
  }
}

async function keyOf(secret) {
  try {
    const key = joined(PKCS8, fromHex(secret));
    return await crypto.subtle.importKey("pkcs8", key, "Ed25519", false, ["sign"]);
  } catch {
    return null;
  }
}

async function signed(key, label, bytes) {
  return hex(new Uint8Array(await crypto.subtle.sign("Ed25519", key, joined(label, bytes))));
}

function record(form, person, what) {
  const { observatory, rp, made } = form.dataset;
  return { schema: SCHEMA, observatory, person, rp, made, ...what };
}

function making(form, person) {
  const { nonce, rp, site, known } = form.dataset;
  return create({ challenge: fromBase64url(nonce), rp, site, person, known: JSON.parse(known) });
}

async function enrolPasskey(form, { person, key }) {
  const { attestation, credential } = await making(form, person);
  const made = record(form, person, { credential });
  const evidence = { record: made, signature: await signed(key, RECORD, bytesOf(canonical(made))) };
  field(form, "attestation").value = JSON.stringify(attestation);
  field(form, "evidence").value = JSON.stringify(evidence);
  form.submit();
}

// The first step of a password: the service locks the secret of the codes under it. The answer is
// a page at this same address, link and all, which goes on from there.
async function askForPassword(form, { person, secret, key }) {
  if (field(form, "password").value !== field(form, "again").value) {
    throw new Said("The two passwords differ.");
  }
  field(form, "proof").value = await signed(key, REQUEST, fromBase64url(form.dataset.nonce));
  form.action += `#${person}.${secret}`;
  form.submit();
}

async function enrolPassword(form, { person, secret, key }) {
  const locked = fromBase64url(field(form, "locked").value);
  const made = record(form, person, { password: hex(await sha256(locked)) });
  const evidence = { record: made, signature: await signed(key, RECORD, bytesOf(canonical(made))) };
  field(form, "evidence").value = JSON.stringify(evidence);
  form.action += `#${person}.${secret}`;
  form.submit();
}

// A further device: the passkey that was enrolled by the link vouches for the new one.
async function addDevice(form) {
  const { person, rp, voucher } = form.dataset;
  const made = form.made ?? (await making(form, person));
  form.made = made; // if the voucher is cancelled, the new passkey is there already
  const body = record(form, person, { credential: made.credential });
  const assertion = await sign(await sha256(bytesOf(canonical(body))), rp, [voucher]);
  field(form, "attestation").value = JSON.stringify(made.attestation);
  field(form, "evidence").value = JSON.stringify({ record: body, assertion });
  form.submit();
}
