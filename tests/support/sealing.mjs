// Runs the browser's sealing module on a batch of cases: JSON on standard input, JSON on output.
// A case is { do: one of `ways`, ... }; bytes travel as hex.
import * as periods from "../../observatory/assets/periods.js";
import * as sealing from "../../observatory/assets/sealing.js";

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (data) => Buffer.from(data).toString("hex");

const ways = {
  later: ({ week, weeks }) => periods.later(week, weeks),
  periodOf: ({ moment }) => periods.periodOf(moment),
  packed: ({ text }) => sealing.packed(text),
  tokenIn: ({ text }) => hex(sealing.tokenIn(text) ?? []),
  check: ({ text }) => sealing.check(text),
  seal: async ({ text, facets, key, week, quarter, once, token }) =>
    hex(await sealing.seal(text, facets, {
      publicKey: bytes(key), week, quarter, once: bytes(once), token: token && bytes(token),
    })),
  encode: ({ text, facets, week, source, once, cellKey, salt, token }) =>
    hex(sealing.encode(text, facets, {
      week, source, once: bytes(once), cellKey: bytes(cellKey), salt: bytes(salt),
      token: token && bytes(token),
    })),
  encrypt: async ({ padded, key, quarter, eseed }) =>
    hex(await sealing.encrypt(bytes(padded), bytes(key), quarter, bytes(eseed))),
};

const read = [];
for await (const part of process.stdin) read.push(part);
const answers = [];
for (const one of JSON.parse(Buffer.concat(read).toString())) {
  try {
    answers.push({ answer: await ways[one.do](one) });
  } catch (error) {
    answers.push({ refused: error.message });
  }
}
process.stdout.write(JSON.stringify(answers));
