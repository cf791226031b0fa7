import { outcome } from '../outcome.mjs';

/** OpenID Connect Core §3.1 with PKCE (RFC 7636), and userinfo (§5.3). */
export default async function (agency, citizen, { more }) {
  const tokens = await agency.signIn(citizen, more);
  return { ...outcome(tokens), userInfo: await agency.userInfo(tokens) };
}
