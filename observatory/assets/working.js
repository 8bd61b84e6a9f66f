// The work that the server may ask for before a report is sent (observatory/intake/work.py): a
// number for which the hash of the sealed report begins with so many zero bits. The browser's own
// hashing answers later each time, so SHA-256 of one block (FIPS 180-4, section 6.2) stands here; in
// short turns, so that the page stays alive.
import { join } from "./xwing.js";

const LABEL = "jio/work/v1\0";
const TURN_MS = 40;
const HASHES = 128; // between two looks at the clock
const START_BYTES = 32;
const NUMBER_AT = 9; // in words of 32 bits: the low half of the number's eight bytes
const BITS = 8 * (START_BYTES + 8);

const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

// The first bits of the fractions of square and cube roots of the first primes.
const fraction = (root) => ((root % 1) * 2 ** 32) | 0;
const primes = [];
for (let one = 2; primes.length < 64; one += 1) {
  if (primes.every((prime) => one % prime)) primes.push(one);
}
const FIRST = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const ROUND = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));

// Return the first word of the hash of the block whose sixteen words stand at the front of `w`,
// which has place for 64.
export function firstWord(w) {
  for (let t = 16; t < 64; t += 1) {
    const x = w[t - 15];
    const y = w[t - 2];
    w[t] = w[t - 16] + w[t - 7] +
      (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) +
      (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = FIRST;
  for (let t = 0; t < 64; t += 1) {
    const one = (h + ROUND[t] + w[t] + ((e & f) ^ (~e & g)) +
      (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7)))) | 0;
    const two = ((a & b) ^ (a & c) ^ (b & c)) +
      (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10)));
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  return (FIRST[0] + a) >>> 0;
}

// Return a promise of the number, or of null if `abandoned()` meanwhile.
// `asked` is "bits.challenge", the challenge in hex; `sealed` the envelope's bytes.
export async function work(asked, sealed, abandoned = () => false) {
  const [bits, challenge] = asked.split(".");
  const about = join(new TextEncoder().encode(LABEL), fromHex(challenge), sealed);
  const start = new DataView(await crypto.subtle.digest("SHA-256", about));
  const words = new Int32Array(64);
  for (let at = 0; at < START_BYTES / 4; at += 1) words[at] = start.getInt32(4 * at);
  words[NUMBER_AT + 1] = 1 << 31;
  words[15] = BITS;
  const most = 2 ** (32 - bits);
  for (let tried = 0; !abandoned(); ) {
    const turn = performance.now() + TURN_MS;
    do {
      for (let left = HASHES; left > 0; left -= 1) {
        words[NUMBER_AT] = tried;
        if (firstWord(words) < most) return tried;
        tried += 1;
      }
    } while (performance.now() < turn);
    await new Promise((next) => setTimeout(next));
  }
  return null;
}
