// @ts-check
// Asks "are you still there?" before the session ends. The server decides when that is; this script only tells. Without
// it the session ends all the same, and the next page asks to sign in.

/** @typedef {{ seconds: number, final: boolean }} SessionState */
/** @typedef {{ endsAt: number, final: boolean }} End */

/** A text that comes with its region is not read out; one that comes after it is. */
const SPEAK_MS = 150;

/** How long to wait before asking a server again that could not be reached. */
const RETRY_MS = 15_000;

const dialog = /** @type {HTMLDialogElement | null} */ (document.querySelector("dialog[data-session-end]"));

class SessionEnd {
  #timer = 0;

  /** @type {End} */
  #end = { endsAt: 0, final: false };

  /** The end of which the citizen has taken notice: nothing can be done about it, so it is told once. */
  #noticed = 0;

  /** Tabs tell each other, so that work in one keeps the others quiet. */
  #tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("moi-session") : null;

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
    this.lead = Number(dialog.dataset.lead) * 1000;
    this.message = /** @type {HTMLElement} */ (dialog.querySelector("[data-message]"));
    this.form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#extend();
    });
    dialog.querySelector("[data-close]")?.addEventListener("click", () => {
      this.#notice();
      dialog.close();
    });
    dialog.addEventListener("cancel", () => this.#notice());
    this.#tabs?.addEventListener("message", (event) => {
      if (event.data.endsAt > this.#end.endsAt) {
        this.#end = event.data;
        this.#plan();
      }
    });

    // A laptop that was asleep, a tab that was in the background: look at the clock again.
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#plan());
    addEventListener("pageshow", () => this.#plan());
    this.#learn({ seconds: Number(dialog.dataset.seconds), final: dialog.dataset.final === "true" });
  }

  /** @param {SessionState} state */
  #learn(state) {
    if (state.seconds <= 0) {
      location.replace(`/session-ended?return=${encodeURIComponent(location.pathname + location.search)}`);
      return;
    }

    this.#end = { endsAt: Date.now() + state.seconds * 1000, final: state.final };
    this.#tabs?.postMessage(this.#end);
    this.#plan();
  }

  #plan() {
    clearTimeout(this.#timer);
    const left = this.#end.endsAt - Date.now();
    if (left > this.lead) {
      if (this.dialog.open) {
        this.dialog.close();
      }

      this.#timer = setTimeout(() => this.#check(), left - this.lead);
    } else if (left > 0) {
      this.#warn(left);
      this.#timer = setTimeout(() => this.#plan(), left > 60_000 ? left % 60_000 + 50 : left);
    } else {
      void this.#check();
    }
  }

  /** Before it says anything it asks: a visit to an agency may have kept the session alive without any page of ours. */
  async #check() {
    const state = await this.#ask("GET");
    if (state) {
      this.#learn(state);
    } else if (this.#end.endsAt > Date.now()) {
      this.#plan();
    } else {
      this.#timer = setTimeout(() => this.#check(), RETRY_MS);
    }
  }

  async #extend() {
    const state = await this.#ask("POST");
    if (state) {
      this.#learn(state);
    } else {
      this.message.textContent = this.dialog.dataset.failed ?? "";
    }
  }

  /**
   * @param {"GET" | "POST"} method
   * @returns {Promise<SessionState | null>}
   */
  async #ask(method) {
    try {
      const body = method === "POST" ? new URLSearchParams(/** @type {any} */ (new FormData(this.form))) : undefined;
      const answer = await fetch("/session", { method, body, cache: "no-store", headers: { Accept: "application/json" } });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  #notice() {
    this.#noticed = this.#end.final ? this.#end.endsAt : 0;
  }

  /** @param {number} left */
  #warn(left) {
    if (this.#noticed === this.#end.endsAt) {
      return;
    }

    for (const element of /** @type {NodeListOf<HTMLElement>} */ (this.dialog.querySelectorAll("[data-when-final], [data-when-open]"))) {
      element.hidden = "whenFinal" in element.dataset !== this.#end.final;
    }

    if (!this.dialog.open) {
      // Somebody who is typing, or answering the device, keeps the focus; the message is read out all the same.
      const isBusy = document.activeElement?.matches("input, textarea, select")
        || document.querySelector("[data-passkey-status] button") !== null;
      if (isBusy) {
        this.dialog.open = true;
      } else {
        this.dialog.showModal();
      }
    }

    const { two = "", one = "", soon = "" } = this.dialog.dataset;
    const text = left > 119_000 ? two : left > 59_000 ? one : soon;
    setTimeout(() => {
      if (this.message.textContent !== text) {
        this.message.textContent = text;
      }
    }, SPEAK_MS);
  }
}

if (dialog) {
  new SessionEnd(dialog);
}
