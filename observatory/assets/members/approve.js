// Approving an act: the passkey signs the digest of exactly the text that the page shows.
import { bytesOf, canonical, fromHex, hex, sha256 } from "./canonical.js";
import { available, sign, why } from "./passkey.js";
import { busy, field, tell } from "./page.js";

class Differs extends Error {}

export function start() {
  for (const form of document.querySelectorAll("form[data-approve]")) {
    if (!available()) {
      tell(form, "This browser has no passkeys, and nothing is approved without one.");
      continue;
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form, () => approve(form), (error) => (error instanceof Differs ? error.message : why(error)));
    });
  }
}

async function approve(form) {
  const { digest, rp, credentials, person } = form.dataset;
  const challenge = await sha256(bytesOf(canonical(shown(form))));
  if (hex(challenge) !== digest) {
    throw new Differs("What this page shows is not what would be approved. Approve nothing, and tell the other side.");
  }
  const assertion = await sign(fromHex(digest), rp, JSON.parse(credentials));
  field(form, "evidence").value = JSON.stringify({ person, assertion });
  form.submit();
}

function shown(form) {
  const holder = form.querySelector("[data-act]");
  try {
    return JSON.parse((holder.content ?? holder).textContent);
  } catch {
    throw new Differs("This page shows no act. Open it again.");
  }
}
