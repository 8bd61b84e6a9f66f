// What the members' scripts make of the objects on standard input: one JSON list in, one out.
import { canonical, base64url, fromBase64url, hex, sha256, bytesOf } from "../../observatory/assets/members/canonical.js";

let text = "";
for await (const part of process.stdin) text += part;
const answers = [];
for (const value of JSON.parse(text)) {
  try {
    const bytes = bytesOf(canonical(value));
    const same = base64url(fromBase64url(base64url(bytes))) === base64url(bytes);
    answers.push({ text: canonical(value), sha256: hex(await sha256(bytes)), base64url: base64url(bytes), same });
  } catch (error) {
    answers.push({ error: error.message });
  }
}
process.stdout.write(JSON.stringify(answers));
