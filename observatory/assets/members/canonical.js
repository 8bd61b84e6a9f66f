// The encodings that browser and service share, byte for byte: RFC 8785 of the objects that are
// signed here (texts, whole numbers, lists, objects), base64url, hexadecimal, SHA-256.
// The service's own writer is crypto/signing.py; the tests hold each to the other.

const utf8 = new TextEncoder();

// Strings and whole numbers are written by JSON.stringify as RFC 8785 asks, and so is nothing
// else: a fraction, a number past 2^53 or half of a surrogate pair has no place in what is signed.
export function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("a number that is not signed here");
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (/[\ud800-\udfff]/u.test(value)) throw new Error("a text that is not signed here");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const names = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 has it
  return `{${names.map((name) => `${canonical(name)}:${canonical(value[name])}`).join(",")}}`;
}

export function bytesOf(text) {
  return utf8.encode(text);
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64url(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
