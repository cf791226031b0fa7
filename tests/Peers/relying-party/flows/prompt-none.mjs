import * as oidc from 'openid-client';
import { outcome, refusal } from '../outcome.mjs';

/** OpenID Connect Core §3.1.2.6: without a session nobody is asked anything; with one, nobody needs to be. */
export default async function (agency, citizen) {
  const silent = () => agency.signIn(citizen, { prompt: 'none' });
  const before = await refusal(silent);
  const first = await agency.signIn(citizen);
  const second = await silent();
  const fresh = await agency.signIn(citizen, { prompt: 'login', max_age: '0' });
  return { before, first: outcome(first), second: outcome(second), fresh: outcome(fresh) };
}
