import { outcome } from '../outcome.mjs';

/** OpenID Connect Core §5.5: single claims, in the ID token and at userinfo, without their scope. */
export default async function (agency, citizen) {
  const claims = JSON.stringify({ id_token: { nickname: { essential: true } }, userinfo: { locale: null } });
  const tokens = await agency.signIn(citizen, { scope: 'openid', claims });
  return { ...outcome(tokens), userInfo: await agency.userInfo(tokens) };
}
