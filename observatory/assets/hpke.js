// HPKE (RFC 9180), the sending half of what an envelope needs: one message, base mode, HKDF-SHA256
// and AES-256-GCM. The published vectors hold it to the byte; the service's reader opens the rest.
import { join } from "./xwing.js";

const KDF_ID = [0, 1];
const AEAD_ID = [0, 2];
const HASH_BYTES = 32;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const NOTHING = new Uint8Array(0);

const utf8 = new TextEncoder();

async function hmac(secret, data) {
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, how, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign(how, key, data));
}

// Return the ciphertext, its tag at its end, for a secret that a KEM shared (sections 4 and 5.1).
// `kemId` are the KEM's two bytes.
export async function sealOnce(kemId, shared, info, plaintext) {
  const labelled = (label, ...data) =>
    join(utf8.encode("HPKE-v1HPKE"), kemId, KDF_ID, AEAD_ID, utf8.encode(label), ...data);
  // No salt is as many zero bytes as the hash has, which browsers take where they take no empty key.
  const extract = (label, given, salt = new Uint8Array(HASH_BYTES)) =>
    hmac(salt, labelled(label, given));
  const context = join(
    [0], // base mode
    await extract("psk_id_hash", NOTHING),
    await extract("info_hash", info),
  );
  const secret = await extract("secret", NOTHING, shared);
  // Whatever is asked for fits into the first block that HKDF expands to.
  const expand = async (label, length) =>
    (await hmac(secret, join([0, length], labelled(label, context, [1])))).subarray(0, length);
  const raw = await expand("key", KEY_BYTES);
  const how = { name: "AES-GCM", iv: await expand("base_nonce", NONCE_BYTES) };
  const key = await crypto.subtle.importKey("raw", raw, how.name, false, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.encrypt(how, key, plaintext));
}
