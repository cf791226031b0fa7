import { outcome } from '../outcome.mjs';

/** OAuth 2.0 Form Post Response Mode: the browser posts the answer. */
export default async function (agency, citizen) {
  let method;
  const watched = {
    async visit(address) {
      const answer = await citizen.visit(address);
      method = answer.method;
      return answer;
    },
  };
  return { ...outcome(await agency.signInPushed(watched, { response_mode: 'form_post' })), method };
}
