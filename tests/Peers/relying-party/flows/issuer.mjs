import * as oidc from 'openid-client';
import { outcome, refusal } from '../outcome.mjs';

/** RFC 9207: openid-client refuses an answer without the issuer, or with another one, because discovery promises it. */
export default async function (agency, citizen) {
  const { parameters, checks } = await agency.request();
  const answer = await citizen.visit(oidc.buildAuthorizationUrl(agency.config, parameters));
  const bent = async (bend) => {
    const changed = new URL(answer);
    bend(changed.searchParams);
    return refusal(() => oidc.authorizationCodeGrant(agency.config, changed, checks));
  };
  return {
    iss: answer.searchParams.get('iss'),
    missing: await bent((query) => query.delete('iss')),
    another: await bent((query) => query.set('iss', 'https://other.example/')),
    kept: outcome(await oidc.authorizationCodeGrant(agency.config, answer, checks)),
  };
}
