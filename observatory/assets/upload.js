// The form for a report that was sealed on another device. Only what is an envelope may leave here:
// words in the wrong box, or the wrong file, stay on this device.
import { BUCKETS, MAGIC, fromBase64 } from "./sealing.js";
import { focus } from "./supplied.js";

const OVERHEAD = 15 + 1120 + 16; // header, encapsulated key, tag: docs/envelope.md, section 4
const LARGEST_FILE = 128 * 1024;

const form = document.querySelector(".upload form");

function isEnvelope(bytes) {
  return BUCKETS.includes(bytes.length - OVERHEAD)
    && [...MAGIC].every((letter, at) => bytes[at] === letter.charCodeAt(0));
}

function isText(text) {
  try {
    return isEnvelope(fromBase64(text.replace(/[ \t\r\n]/g, "")));
  } catch {
    return false;
  }
}

async function isFile(file) {
  if (file.size > LARGEST_FILE) return false;
  return isEnvelope(new Uint8Array(await file.arrayBuffer())) || isText(await file.text());
}

async function isWhole() {
  const [file] = form.elements.namedItem("file").files;
  const text = form.elements.namedItem("text").value.trim();
  if (file && text) return false;
  return file ? isFile(file) : isText(text);
}

function refuse() {
  const told = document.createElement("p");
  told.className = "wrong";
  told.setAttribute("role", "alert");
  told.textContent = form.dataset.wrong;
  form.querySelector(".actions").before(told);
  focus(told);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  form.querySelector(".wrong")?.remove();
  if (await isWhole()) form.submit();
  else refuse();
});
