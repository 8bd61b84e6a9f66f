// A report written down, padded and sealed in the browser, byte for byte as docs/envelope.md says.
// The service's own writer is observatory/complaint/plaintext.py; the tests hold each to the other.
// Nothing here touches the page, the network or any storage.
import { sealOnce } from "./hpke.js";
import { KEM_ID, encapsulate, join } from "./xwing.js";

export const MAX_NARRATIVE_BYTES = 60_000;
const MAX_HEADER_BYTES = 5_530;
export const BUCKETS = [4_096, 16_384, 65_536];
const TOKEN_BYTES = 456;
const FIRST_QUARTER = 2000 * 4;
const LAST_QUARTER = 9999 * 4 + 3;
const KEY_LABEL = "jio/key/v1";
export const MAGIC = "JIO1";
const INFO = "joint-integrity-observatory/envelope/v1\0";

// General category Cc but for TAB and LF, and halves of surrogate pairs.
const UNWANTED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]/u;
const EVERY_UNWANTED = new RegExp(UNWANTED, "gu");
const FACET_CODE = /^[a-z][a-z0-9_]{0,31}$/;
const FACET_VALUE = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
const WEEK = /^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$/;

const TOKEN = /^[A-Za-z0-9_-]{608}$/;
// What a token may be pasted with: white space, as Python has it too, and what cannot be seen.
const UNSEEN = /[\s\x1c-\x1f\x85\p{Cf}]/gu;

const utf8 = new TextEncoder();

// LF line ends, NFC, and no SPACE, TAB or LF (only those) at the ends.
export function normalise(text) {
  const lines = text.replace(/\r\n?/g, "\n").normalize("NFC");
  const blank = (at) => " \t\n".includes(lines.charAt(at));
  let start = 0;
  let end = lines.length;
  while (start < end && blank(start)) start += 1;
  while (start < end && blank(end - 1)) end -= 1;
  return lines.slice(start, end);
}

// The words without the characters that `check` refuses, to be given back for another look.
export function withoutUnwanted(text) {
  return text.replace(EVERY_UNWANTED, "");
}

// Return { narrative, problem }. The problem is null or { code, number, letters }: "empty";
// "control" with the number of the first such line; "too_long" with the number of bytes above the
// limit and about how many letters these are.
export function check(text) {
  const narrative = normalise(text);
  if (!narrative) return { narrative, problem: { code: "empty", number: 0, letters: 0 } };
  const unwanted = narrative.search(UNWANTED);
  if (unwanted >= 0) {
    const number = narrative.slice(0, unwanted).split("\n").length;
    return { narrative, problem: { code: "control", number, letters: 0 } };
  }
  const number = utf8.encode(narrative).length - MAX_NARRATIVE_BYTES;
  if (number <= 0) return { narrative, problem: null };
  return { narrative, problem: { code: "too_long", number, letters: lettersPast(narrative) } };
}

// How many letters must go from the end, so that what stays has no more bytes than it may.
function lettersPast(narrative) {
  let bytes = 0;
  let letters = 0;
  for (const letter of narrative) {
    bytes += utf8.encode(letter).length;
    if (bytes > MAX_NARRATIVE_BYTES) letters += 1;
  }
  return letters;
}

function base64url(bytes) {
  return base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// What was pasted for a token, without what does not count.
export function packed(text) {
  return text.replace(UNSEEN, "");
}

// The bytes of a pasted token (docs/tokens.md), or null if it is none by its letters. Whether an
// issuer signed it, a run finds out.
export function tokenIn(text) {
  const found = packed(text);
  return TOKEN.test(found) ? fromBase64(found.replace(/-/g, "+").replace(/_/g, "/")) : null;
}

// What stands in the place of a token where one is asked for and none was given, so that the size
// of a sealed report does not tell.
export function noToken() {
  return crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
}

// The header in its RFC 8785 form. Every string in it is plain ASCII without quotes or backslashes
// (checked), so JSON.stringify of sorted keys is that form.
function header(facets, { week, source, once, cellKey, salt, token }) {
  for (const [code, value] of Object.entries(facets)) {
    if (!FACET_CODE.test(code) || !FACET_VALUE.test(value)) {
      throw new RangeError("A facet or its value is not well formed.");
    }
  }
  if (!WEEK.test(week)) throw new RangeError("A week is written like 2026-W48.");
  if (source !== "form") throw new RangeError("A browser seals reports of the form only.");
  for (const [value, size] of [[once, 32], [cellKey, 16], [salt, 32]]) {
    if (value.length !== size) throw new RangeError("A random value has the wrong length.");
  }
  if (token && token.length !== TOKEN_BYTES) throw new RangeError("A token has 456 bytes.");
  const sorted = Object.keys(facets).sort().map((code) => [code, facets[code]]);
  return utf8.encode(JSON.stringify({
    cell_key: base64url(cellKey),
    facets: Object.fromEntries(sorted),
    kind: "report",
    once: base64url(once),
    salt: base64url(salt),
    source,
    token: token ? base64url(token) : undefined,
    v: 1,
    week,
  }));
}

function bigEndian(value, bytes) {
  return Uint8Array.from({ length: bytes }, (_, at) => (value >>> (8 * (bytes - 1 - at))) & 255);
}

// Return the padded plaintext: exactly 4096, 16384 or 65536 bytes.
// `facets` maps codes to values; `added` is { week, source, once, cellKey, salt } and perhaps `token`.
export function encode(text, facets, added) {
  const { narrative, problem } = check(text);
  if (problem) throw new RangeError(`The narrative cannot be sent: ${problem.code}.`);
  const head = header(facets, added);
  if (head.length > MAX_HEADER_BYTES) throw new RangeError("The facets are too many.");
  const words = utf8.encode(narrative);
  const plain = join(bigEndian(head.length, 2), head, bigEndian(words.length, 4), words);
  const padded = new Uint8Array(BUCKETS.find((size) => plain.length <= size));
  padded.set(plain);
  return padded;
}

// Return the envelope's bytes for a padded plaintext.
// `publicKey` has 1216 bytes; `quarter` is year * 4 + (quarter - 1); `eseed` is for vectors only.
export async function encrypt(padded, publicKey, quarter, eseed) {
  if (!(quarter >= FIRST_QUARTER && quarter <= LAST_QUARTER)) {
    throw new RangeError("No retention quarter.");
  }
  const named = join(utf8.encode(KEY_LABEL), publicKey);
  const keyId = new Uint8Array(await crypto.subtle.digest("SHA-256", named)).subarray(0, 8);
  const bucket = BUCKETS.indexOf(padded.length) + 1;
  if (bucket === 0) throw new RangeError("Only a padded plaintext can be sealed.");
  const clear = join(utf8.encode(MAGIC), keyId, [bucket], bigEndian(quarter, 2));
  const { shared, enc } = encapsulate(publicKey, eseed);
  const ciphertext = await sealOnce(KEM_ID, shared, join(utf8.encode(INFO), clear), padded);
  return join(clear, enc, ciphertext);
}

// A form's value that makes a resend count once; make it once for each report.
export function newOnce() {
  return crypto.getRandomValues(new Uint8Array(32));
}

// Seal a report; return the envelope's bytes.
// `context` is { publicKey: 1216 bytes, week: "2026-W48", quarter: number, once: 32 bytes, token: 456
// bytes or nothing }, the first three from the server's page; without `once`, a resend would count
// twice.
// Rejects where the browser cannot seal (no WebCrypto) and where `check` finds a problem.
export async function seal(text, facets, { publicKey, week, quarter, once = newOnce(), token }) {
  const padded = encode(text, facets, {
    week,
    source: "form",
    once,
    cellKey: crypto.getRandomValues(new Uint8Array(16)),
    salt: crypto.getRandomValues(new Uint8Array(32)),
    token,
  });
  return encrypt(padded, publicKey, quarter);
}
