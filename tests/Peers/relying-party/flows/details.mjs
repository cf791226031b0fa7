import { decodeJwt } from 'jose';
import { outcome, refusal } from '../outcome.mjs';

/** RFC 9396: what is asked for in detail comes back with the token; what its type does not describe is refused. */
export default async function (agency, citizen, { details }) {
  const ask = (asked) => agency.signInPushed(citizen, { scope: 'openid', authorization_details: JSON.stringify(asked) });
  const tokens = await ask(details);
  return {
    ...outcome(tokens),
    answered: tokens.authorization_details,
    inToken: decodeJwt(tokens.access_token).authorization_details,
    refused: await refusal(() => ask([{ ...details[0], more: 'than that' }])),
  };
}
