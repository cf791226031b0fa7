// A relying party made of openid-client. In: {"flow", "issuer", "client", "given"} runs a file of flows/, and {"at"} says
// where the citizen's browser ended. Out: {"visit"} sends that browser somewhere, {"result"} or {"error"} ends the flow.
import '../localhost.mjs';
import { read, write } from '../lines.mjs';
import { Agency } from './agency.mjs';

const citizen = {
  /** What the browser brings back: an address, or the form that was posted to it. */
  async visit(address) {
    write({ visit: String(address) });
    const { at, form } = await read();
    return form
      ? new Request(at, { method: 'POST', body: new URLSearchParams(form) })
      : new URL(at);
  },
};

for (;;) {
  const { flow, issuer, client, given } = await read();
  try {
    const { default: run } = await import(`./flows/${flow}.mjs`);
    write({ result: await run(await Agency.at(issuer, client), citizen, given ?? {}) });
  } catch (error) {
    write({ error: describe(error) });
  }
}

function describe(error) {
  const { name, message, code, error: oauth, error_description: description, status, cause } = error;
  return { name, message, code, oauth, description, status, cause: cause instanceof Error ? describe(cause) : String(cause ?? '') };
}
