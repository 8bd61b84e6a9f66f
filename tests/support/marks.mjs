// Marks each text of a JSON list on standard input; offsets are counted in code points on output.
import { marks } from "../../observatory/assets/marks.js";

const read = [];
for await (const part of process.stdin) read.push(part);
const points = (text, end) => [...text.slice(0, end)].length;
const answers = JSON.parse(Buffer.concat(read).toString()).map((text) =>
  marks(text).map(({ start, end, kind }) => [points(text, start), points(text, end), kind]));
process.stdout.write(JSON.stringify(answers));
