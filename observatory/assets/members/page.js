// What the scripts of these pages do to a page.

export function tell(form, words) {
  const place = form.querySelector("[role=alert]");
  place.textContent = words;
  place.hidden = !words;
}

export function field(form, name) {
  return form.querySelector(`input[name="${name}"]`);
}

// Do something that takes a while, once at a time; what goes wrong is told in the form.
export async function busy(form, work, why) {
  const buttons = [...form.querySelectorAll("button")];
  tell(form, "");
  for (const button of buttons) button.disabled = true;
  form.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    tell(form, why(error));
  }
  form.removeAttribute("aria-busy");
  for (const button of buttons) button.disabled = false;
}
