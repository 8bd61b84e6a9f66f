// X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 together, the sending half only.
//
// Few browsers bring ML-KEM yet, and those of old telephones never will. So both halves are computed
// here, in every browser alike.
import { x25519 } from "@noble/curves/ed25519.js";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

export const KEM_ID = [0x64, 0x7a];
const LATTICE_BYTES = 1184;
const COEFFICIENT_BYTES = 1152; // two coefficients of 12 bits in three bytes
const MODULUS = 3329;
const HALF_SEED_BYTES = 32;
const PUBLIC_KEY_BYTES = LATTICE_BYTES + 32;
const ESEED_BYTES = 2 * HALF_SEED_BYTES;
const FIELD_PRIME = 2n ** 255n - 19n;
const LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c); // \.//^\

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// What docs/envelope.md, section 2, has refused; a point of small order is refused when it is used.
// (The library's own check of the modulus passes values that it should not: it does not reduce.)
function checkLatticeHalf(lattice) {
  for (let at = 0; at < COEFFICIENT_BYTES; at += 3) {
    const [low, middle, high] = lattice.subarray(at, at + 3);
    const one = low | ((middle & 15) << 8);
    const two = (middle >> 4) | (high << 4);
    if (one >= MODULUS || two >= MODULUS) throw new RangeError("The public key is out of range.");
  }
}

function checkCurveHalf(curve) {
  let value = 0n;
  for (const byte of [...curve].reverse()) value = (value << 8n) | BigInt(byte);
  if (value >= FIELD_PRIME) throw new RangeError("The public key is not in canonical form.");
}

// Return { shared (32 bytes), enc (1120 bytes) } for a public key of 1216 bytes.
// `eseed`, 64 bytes, is for the published vectors; otherwise it is random each time.
export function encapsulate(publicKey, eseed) {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError("A public key has 1216 bytes.");
  const lattice = publicKey.subarray(0, LATTICE_BYTES);
  const curve = publicKey.subarray(LATTICE_BYTES);
  checkLatticeHalf(lattice);
  checkCurveHalf(curve);
  const seed = eseed ?? crypto.getRandomValues(new Uint8Array(ESEED_BYTES));
  const first = ml_kem768.encapsulate(lattice, seed.subarray(0, HALF_SEED_BYTES));
  const ephemeral = seed.subarray(HALF_SEED_BYTES);
  const point = x25519.getPublicKey(ephemeral);
  const second = x25519.getSharedSecret(ephemeral, curve); // throws on a point of small order
  return {
    shared: sha3_256(join(first.sharedSecret, second, point, curve, LABEL)),
    enc: join(first.cipherText, point),
  };
}
