import * as oidc from 'openid-client';
import { outcome, refusal } from '../outcome.mjs';

/** OpenID Connect Core §12, and RFC 9700 §4.14.2: rotation, and the end of the grant when a spent token comes again. */
export default async function (agency, citizen) {
  const { config } = agency;
  const first = await agency.signInPushed(citizen, { scope: 'openid profile offline_access', prompt: 'consent' });
  const second = await oidc.refreshTokenGrant(config, first.refresh_token);
  const third = await oidc.refreshTokenGrant(config, second.refresh_token);
  const userInfo = await oidc.fetchUserInfo(config, third.access_token, first.claims().sub);
  const reused = await refusal(() => oidc.refreshTokenGrant(config, first.refresh_token));
  const afterwards = await refusal(() => oidc.refreshTokenGrant(config, third.refresh_token));
  return {
    first: outcome(first),
    third: outcome(third),
    rotated: new Set([first, second, third].map((tokens) => tokens.refresh_token)).size === 3,
    userInfo,
    reused,
    afterwards,
  };
}
