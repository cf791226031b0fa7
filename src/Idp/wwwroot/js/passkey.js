// @ts-check
// Runs passkey ceremonies: one <form method="post" data-passkey="create|get" data-options='{json}'> becomes one plain
// POST with `response`, `error` and `elapsed_ms`. Every outcome, good or bad, is answered by a page of the server.

/** @typedef {{ id: string, type: string, transports?: string[] }} DescriptorJSON */
/** @typedef {"create" | "get"} Ceremony */

const Credentials = globalThis.PublicKeyCredential;

/** @type {Promise<Record<string, boolean>>} */
const capabilities = Credentials?.getClientCapabilities?.().catch(() => ({})) ?? Promise.resolve({});

/** After this long the hint about hidden prompts appears. */
const SLOW_MS = 20_000;

/** A page older than this says nothing about the account's passkeys. */
const FRESH_MS = 30_000;

/** A refusal sooner than this was decided by the browser, not by a person. */
const SEEN_MS = 500;

// Safari before 18.4 lacks the JSON methods of WebAuthn Level 3 §5.1.8, §5.1.9 and §5.1 toJSON.

/** @param {string} text */
function bytes(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} buffer */
function base64url(buffer) {
  return buffer
    ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
    : undefined;
}

/** @param {DescriptorJSON[] | undefined} list */
const descriptors = (list) => list?.map((d) => ({ ...d, id: bytes(d.id) }));

/**
 * @param {Ceremony} ceremony
 * @param {any} json
 * @returns {any}
 */
function parse(ceremony, json) {
  if (ceremony === "create") {
    return Credentials.parseCreationOptionsFromJSON?.(json) ?? {
      ...json,
      challenge: bytes(json.challenge),
      user: { ...json.user, id: bytes(json.user.id) },
      excludeCredentials: descriptors(json.excludeCredentials),
    };
  }

  return Credentials.parseRequestOptionsFromJSON?.(json) ?? {
    ...json,
    challenge: bytes(json.challenge),
    allowCredentials: descriptors(json.allowCredentials),
  };
}

/** @param {any} credential */
function serialize(credential) {
  if (credential.toJSON) {
    return credential.toJSON();
  }

  const r = credential.response;
  return {
    id: credential.id,
    rawId: base64url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: base64url(r.clientDataJSON),
      attestationObject: base64url(r.attestationObject),
      authenticatorData: base64url(r.authenticatorData ?? r.getAuthenticatorData?.()),
      transports: r.getTransports?.(),
      signature: base64url(r.signature),
      userHandle: base64url(r.userHandle),
    },
  };
}

/** One form on the page. */
class PasskeyForm {
  /** @type {AbortController | null} */
  #running = null;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.ceremony = /** @type {Ceremony} */ (form.dataset.passkey);
    this.status = /** @type {HTMLElement | null} */ (form.querySelector("[data-passkey-status]"));
  }

  /** @param {SubmitEvent} event */
  async submit(event) {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    const hint = button?.name === "hint" ? button.value : "";
    if (!Credentials) {
      this.#post(null, "Unsupported", 0);
      return;
    }

    // A passkey on this very device signs in without any page of choices; otherwise the usual prompt follows.
    if (this.ceremony === "get" && !hint && (await capabilities).immediateGet && await this.#quietly({ uiMode: "immediate" })) {
      return;
    }

    await this.#aloud(hint, button);
  }

  /** Offers passkeys in the browser's autofill, for as long as the page is open. */
  async offer() {
    // Somebody who was quicker with the button is not interrupted.
    const input = this.ceremony === "get" ? this.form.querySelector("[autocomplete~=webauthn]") : null;
    if (input && (await capabilities).conditionalGet && (this.#running?.signal.aborted ?? true)) {
      const field = /** @type {HTMLElement | null} */ (input.closest("[hidden]"));
      if (field) {
        field.hidden = false;
      }

      await this.#quietly({ mediation: "conditional" });
    }
  }

  /** As the page was before anything was asked. */
  rest() {
    this.#say(undefined);
    void this.offer();
  }

  /**
   * A ceremony that says nothing when it comes to nothing.
   * @param {object} extra
   * @returns {Promise<boolean>} whether there is nothing left to do
   */
  async #quietly(extra) {
    const started = performance.now();
    const signal = this.#restart();
    try {
      this.#post(await this.#ask("", signal, extra), "", performance.now() - started);
      return true;
    } catch {
      const elapsed = performance.now() - started;
      if (!signal.aborted && "uiMode" in extra && elapsed >= SEEN_MS) {
        // The citizen saw a prompt and closed it. The server's page comes next, not a second prompt.
        this.#post(null, "NotAllowedError", elapsed);
        return true;
      }

      return signal.aborted;
    }
  }

  /**
   * @param {string} hint
   * @param {HTMLElement | null} button
   */
  async #aloud(hint, button) {
    const started = performance.now();
    const signal = this.#restart();
    const slow = setTimeout(() => this.#say(this.status?.dataset.slow), SLOW_MS);
    this.#say(this.status?.dataset.waiting);
    try {
      this.#post(await this.#ask(hint, signal, {}), "", performance.now() - started);
    } catch (error) {
      const name = error instanceof Error || error instanceof DOMException ? error.name : "UnknownError";
      if (name === "AbortError") {
        // Cancelled on the page, or another ceremony of this page took over.
        if (this.#running?.signal === signal) {
          button?.focus();
          this.#say(this.status?.dataset.cancelled, false);
          void this.offer();
        }
      } else {
        this.#post(null, name, performance.now() - started);
      }
    } finally {
      clearTimeout(slow);
    }
  }

  #restart() {
    this.#running?.abort();
    this.#running = new AbortController();
    return this.#running.signal;
  }

  /**
   * @param {string} hint
   * @param {AbortSignal} signal
   * @param {object} extra
   */
  #ask(hint, signal, extra) {
    const publicKey = parse(this.ceremony, JSON.parse(this.form.dataset.options ?? "{}"));
    if (hint) {
      publicKey.hints = [hint];
      if (this.ceremony === "create") {
        publicKey.authenticatorSelection = {
          ...publicKey.authenticatorSelection,
          authenticatorAttachment: hint === "client-device" ? "platform" : "cross-platform",
        };
      }
    }

    const options = /** @type {any} */ ({ publicKey, signal, ...extra });
    return this.ceremony === "create" ? navigator.credentials.create(options) : navigator.credentials.get(options);
  }

  /**
   * @param {Credential | null} credential
   * @param {string} error
   * @param {number} elapsed
   */
  #post(credential, error, elapsed) {
    this.#set("response", credential ? JSON.stringify(serialize(credential)) : "");
    this.#set("error", credential ? "" : error || "UnknownError");
    this.#set("elapsed_ms", String(Math.round(elapsed)));
    document.body.inert = true;
    this.form.submit();
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  #set(name, value) {
    /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name)).value = value;
  }

  /**
   * @param {string | undefined} message
   * @param {boolean} isRunning Whether there is something to cancel.
   */
  #say(message, isRunning = true) {
    const shown = this.status?.querySelector("button") && this.status.querySelector("p");
    if (shown && message && isRunning) {
      // The button stays, with the focus that it may have.
      shown.textContent = message;
      return;
    }

    this.status?.replaceChildren();
    if (this.status && message) {
      const text = document.createElement("p");
      text.textContent = message;
      this.status.append(text);
      if (!isRunning) {
        return;
      }

      const cancel = document.createElement("button");
      cancel.type = "button";
      cancel.className = "btn-quiet btn-small";
      cancel.textContent = this.status.dataset.cancel ?? "";
      cancel.addEventListener("click", () => this.#running?.abort());
      this.status.append(cancel);
    }
  }
}

// Before anything is waited for: a button that is pressed too early would send the form as if there were no script.
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))) {
  const passkey = new PasskeyForm(form);
  form.addEventListener("submit", (event) => void passkey.submit(event));

  // Coming back with the browser's back button brings the page as it was left.
  addEventListener("pageshow", (event) => event.persisted && passkey.rest());
  void passkey.offer();
}

addEventListener("pageshow", () => { document.body.inert = false; });

// The Signal API keeps the device's list of passkeys right. It is hygiene; nothing relies on it.

const can = await capabilities;
const known = /** @type {HTMLElement | null} */ (document.querySelector("[data-signal]"));

// A list from a page that took long to arrive may lack a passkey made meanwhile, and the device would drop that one.
if (known && performance.now() < FRESH_MS) {
  const list = JSON.parse(known.dataset.signal ?? "{}");

  // An empty list would tell the device to delete every passkey of the account.
  if (can.signalAllAcceptedCredentials && list.allAcceptedCredentialIds?.length) {
    Credentials.signalAllAcceptedCredentials(list).catch(() => {});
  }

  if (can.signalCurrentUserDetails && known.dataset.signalDetails) {
    Credentials.signalCurrentUserDetails(JSON.parse(known.dataset.signalDetails)).catch(() => {});
  }
}

const unknown = /** @type {HTMLElement | null} */ (document.querySelector("[data-signal-unknown]"));
if (unknown && can.signalUnknownCredential) {
  Credentials.signalUnknownCredential(JSON.parse(unknown.dataset.signalUnknown ?? "{}")).catch(() => {});
}
