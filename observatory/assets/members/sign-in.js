// Proving to be there: forms that carry a number to be signed, `data-prove`.
import { available, sign, signInChallenge, why } from "./passkey.js";
import { busy, tell } from "./page.js";

export function start() {
  for (const form of document.querySelectorAll("form[data-prove]")) {
    if (!available()) {
      tell(form, "This browser has no passkeys. Take another one, or sign in by password and code.");
      continue;
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form, () => prove(form), why);
    });
  }
}

async function prove(form) {
  const { nonce, rp, credentials } = form.dataset;
  const challenge = await signInChallenge(nonce);
  const assertion = await sign(challenge, rp, JSON.parse(credentials ?? "[]"));
  form.querySelector("[data-assertion]").value = JSON.stringify(assertion);
  form.submit();
}
