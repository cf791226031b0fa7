// @ts-check
// Small helps for every page. Each page works without them.

// A page that answered a form: without this, coming back to it asks whether to send the form again.
if (document.body.dataset.posted) {
  history.replaceState(null, "", location.href);
}

for (const element of document.querySelectorAll("[data-focus]")) {
  /** @type {HTMLElement} */ (element).focus();
  break;
}

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copy]"))) {
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    const done = await copy(button.dataset.copy ?? "", document.getElementById(button.dataset.from ?? ""));
    button.textContent = (done ? button.dataset.copied : button.dataset.failed) ?? "";
  });
}

/**
 * Browsers inside apps have a clipboard and refuse every use of it. What is to be copied is selected then, for a long press.
 * @param {string} text
 * @param {HTMLElement | null} shown
 */
async function copy(text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (shown instanceof HTMLInputElement) {
      shown.focus();
      shown.select();
    } else if (shown) {
      getSelection()?.selectAllChildren(shown);
    }

    return document.execCommand("copy");
  }
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

// What was typed is there in the other language too. The last thing here: a browser that blocks cookies refuses this storage.
for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("main input[required]"))) {
  const key = "typed:" + location.pathname + ":" + new URLSearchParams(location.search).get("id") + ":" + input.id;
  const typed = sessionStorage.getItem(key);
  if (typed !== null) {
    sessionStorage.removeItem(key);
    input.value = typed;
  }

  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("header a[hreflang]"))) {
    link.addEventListener("click", (event) => {
      // Another tab or window would leave it behind here.
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
        sessionStorage.setItem(key, input.value);
      }
    });
  }
}
