// The choice of a language in the served form. Another language is another page of the server's,
// and words do not leave before they are sealed: so they would be lost, which is asked first.
import { focus, part } from "./supplied.js";
import { answers, words, writing } from "./writing.js";

function open(language) {
  const post = document.createElement("form");
  post.method = "post";
  post.action = "/";
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "switch";
  field.value = language;
  post.append(field);
  document.body.append(post);
  post.submit();
}

function ask(language, choice) {
  writing.querySelector(".asked")?.remove();
  const box = part("language");
  box.classList.add("asked");
  box.querySelector("button").addEventListener("click", () => open(language));
  choice.after(box);
  focus(box.querySelector("h2"));
}

export function offerLanguages() {
  const choice = writing.querySelector(".languages");
  for (const button of choice.querySelectorAll("button")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      if (words.value.trim() || answers().length > 0) ask(button.value, choice);
      else open(button.value);
    });
  }
}
