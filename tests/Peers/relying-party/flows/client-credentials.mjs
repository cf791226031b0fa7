import * as oidc from 'openid-client';
import { decodeJwt } from 'jose';
import { refusal } from '../outcome.mjs';

/** RFC 6749 §4.4: a token of the client's own, for one API. */
export default async function ({ config }, _, { scope }) {
  const tokens = await oidc.clientCredentialsGrant(config, { scope });
  return {
    type: tokens.token_type,
    expires: tokens.expires_in,
    access: decodeJwt(tokens.access_token),
    refreshable: Boolean(tokens.refresh_token),
    citizens: await refusal(() => oidc.clientCredentialsGrant(config, { scope: 'openid profile' })),
  };
}
