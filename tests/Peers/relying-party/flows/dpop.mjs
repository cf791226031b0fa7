import * as oidc from 'openid-client';
import { outcome, refusal } from '../outcome.mjs';

/** RFC 9449 with nonces, which openid-client fetches when it is told to: every token is worth something with the key only. */
export default async function (agency, citizen) {
  const { config } = agency;
  const withKey = async () => ({ DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256')) });
  const [mine, another] = [await withKey(), await withKey()];
  const tokens = await agency.signInPushed(citizen, { scope: 'openid profile offline_access', prompt: 'consent' }, { options: mine });
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, mine);
  return {
    ...outcome(tokens),
    thumbprint: await mine.DPoP.calculateThumbprint(),
    introspection: await oidc.tokenIntrospection(config, refreshed.access_token),
    userInfo: await oidc.fetchUserInfo(config, refreshed.access_token, tokens.claims().sub, mine),
    stolen: [
      await refusal(() => oidc.fetchUserInfo(config, refreshed.access_token, tokens.claims().sub)),
      await refusal(() => oidc.fetchUserInfo(config, refreshed.access_token, tokens.claims().sub, another)),
    ],
    withoutProof: await refusal(() => oidc.refreshTokenGrant(config, tokens.refresh_token)),
  };
}
