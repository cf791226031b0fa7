import { createHash, X509Certificate } from 'node:crypto';
import * as oidc from 'openid-client';
import { fetchShowing } from '../agency.mjs';
import { outcome, refusal } from '../outcome.mjs';

/** RFC 8705 at the endpoints that discovery names for it: who the client is, and that its tokens are bound to its certificate. */
export default async function (agency, citizen, { another }) {
  const { config, client } = agency;
  const tokens = await agency.signInPushed(citizen);
  const introspection = await oidc.tokenIntrospection(config, tokens.access_token);
  const userInfo = await agency.userInfo(tokens);

  config[oidc.customFetch] = fetchShowing(another);
  const stolen = await refusal(() => agency.userInfo(tokens));
  const stranger = await refusal(() => agency.signInPushed(citizen));
  return {
    ...outcome(tokens),
    thumbprint: createHash('sha256').update(new X509Certificate(client.certificate.cert).raw).digest('base64url'),
    introspection,
    userInfo,
    stolen,
    stranger,
  };
}
