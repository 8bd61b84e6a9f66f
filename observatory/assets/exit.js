// Leaving at once: fields are cleared, nothing stays on the screen, and in the browser's list of
// pages to go back to, another one stands in the place of this. Without script, a plain link.
const TWICE_MS = 1_500;

const link = document.getElementById("exit");
let pressed = -Infinity;
let left = false;

function leave() {
  left = true;
  document.documentElement.hidden = true;
  for (const field of document.querySelectorAll("input, textarea, select")) {
    if (field.type === "file" || field.tagName === "SELECT") field.value = "";
    else field.value = field.defaultValue = "";
  }
  document.title = "";
  document.body.textContent = "";
  location.replace(link.href);
}

link.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat || event.isComposing) return;
  if (event.timeStamp - pressed < TWICE_MS) leave();
  pressed = event.timeStamp;
});
// Should a browser have kept the emptied page for its Back button, a fresh one is asked for.
addEventListener("pageshow", (event) => {
  if (event.persisted && left) location.reload();
});
link.parentElement.querySelector("[hidden]").hidden = false;
