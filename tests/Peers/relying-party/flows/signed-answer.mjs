import * as oidc from 'openid-client';
import { outcome } from '../outcome.mjs';

/** JARM: the answer to the authorization request is one JWT, which openid-client verifies. */
export default async function (agency, citizen) {
  oidc.useJwtResponseMode(agency.config);
  let parameters;
  const watched = {
    async visit(address) {
      const answer = await citizen.visit(address);
      parameters = [...answer.searchParams.keys()];
      return answer;
    },
  };
  return { ...outcome(await agency.signInPushed(watched)), parameters };
}
