// @ts-check
// Small helps for every page. Each page works without them.

for (const element of document.querySelectorAll("[data-focus]")) {
  /** @type {HTMLElement} */ (element).focus();
  break;
}

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copy]"))) {
  if (!navigator.clipboard) {
    break;
  }

  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.textContent = button.dataset.copied ?? "";
  });
}

// Text that is there to be copied is selected with one touch.
for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[data-select]"))) {
  input.addEventListener("focus", () => input.select());
}

// A link to one question of a page opens its answer.
const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
if (target instanceof HTMLDetailsElement) {
  target.open = true;
}
