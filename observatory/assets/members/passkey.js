// Asking this device for a passkey, and for what it signs.
import { base64url, fromBase64url, joined, sha256, bytesOf } from "./canonical.js";

const SIGN_IN = bytesOf("jio/sign-in/v1\0");

export function available() {
  return Boolean(window.PublicKeyCredential && navigator.credentials && crypto.subtle);
}

// What a passkey signs when somebody signs in. It is worked out here, from a number that the page
// carries, and begins with other bytes than any act: no page can pass an act off as a signing in.
export function signInChallenge(nonce) {
  return sha256(joined(SIGN_IN, fromBase64url(nonce)));
}

// Ask for a signature by one of `ids`, or by any passkey that this site has on the device.
export async function sign(challenge, rp, ids = []) {
  const found = await navigator.credentials.get({
    publicKey: {
      challenge,
      rpId: rp,
      allowCredentials: ids.map((id) => ({ type: "public-key", id: fromBase64url(id) })),
      userVerification: "required",
      timeout: 120000,
    },
  });
  const { authenticatorData, clientDataJSON, signature } = found.response;
  return {
    id: found.id,
    authenticatorData: base64url(authenticatorData),
    clientDataJSON: base64url(clientDataJSON),
    signature: base64url(signature),
  };
}

// Make a passkey for `person`; refused by a device that holds one of `known` already.
export async function create({ challenge, rp, site, person, known }) {
  const made = await navigator.credentials.create({
    publicKey: {
      challenge,
      rp: { id: rp, name: site },
      user: { id: bytesOf(person), name: person, displayName: person },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: {
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
      excludeCredentials: known.map((id) => ({ type: "public-key", id: fromBase64url(id) })),
      attestation: "none",
      timeout: 120000,
    },
  });
  const { attestationObject, clientDataJSON } = made.response;
  return {
    attestation: {
      id: made.id,
      attestationObject: base64url(attestationObject),
      clientDataJSON: base64url(clientDataJSON),
    },
    credential: { id: made.id, public_key: base64url(publicKey(made.response)) },
  };
}

// The public key as the authenticator wrote it (COSE), which stands after the passkey's name in
// the authenticator's data (W3C Web Authentication, level 3, section 6.5.1).
function publicKey(response) {
  const data = new Uint8Array(response.getAuthenticatorData());
  const start = 55 + ((data[53] << 8) | data[54]);
  return data.slice(start, end(data, start));
}

// Where one item of CBOR (RFC 8949) ends: texts, bytes, numbers, lists and maps of known length.
function end(data, start) {
  const kind = data[start] >> 5;
  const short = data[start] & 31;
  if (short > 27) throw new Error("a key that this version does not know");
  const more = short < 24 ? 0 : 1 << (short - 24);
  let value = short < 24 ? short : 0;
  for (let at = 1; at <= more; at += 1) value = value * 256 + data[start + at];
  let at = start + 1 + more;
  if (kind === 2 || kind === 3) return at + value;
  const items = kind === 4 ? value : kind === 5 ? 2 * value : kind === 6 ? 1 : 0;
  for (let item = 0; item < items; item += 1) at = end(data, at);
  return at;
}

// Why a device made or signed nothing, in words.
export function why(error) {
  const said = {
    InvalidStateError: "This device, or security key, is enrolled already. Nobody enrols twice by one device: take another.",
    NotAllowedError: "The device did not confirm it: it was cancelled, took too long, or has no passkey of this site.",
    SecurityError: "Passkeys work at the address of this site only, and over a secure connection.",
    NotSupportedError: "This device makes no passkeys that this site can use.",
    ConstraintError: "This device cannot check who uses it. Set a screen lock, or take a security key with a PIN.",
  };
  return said[error.name] ?? "This browser could not do it. Take a newer one.";
}
