import { outcome } from '../outcome.mjs';

/** OpenID Connect Core §5.3.2: userinfo as a JWT, in the registered algorithm; openid-client verifies it. */
export default async function (agency, citizen) {
  const tokens = await agency.signInPushed(citizen);
  return { ...outcome(tokens), userInfo: await agency.userInfo(tokens) };
}
