import * as oidc from 'openid-client';

/** RFC 7662 and RFC 7009: a token is active until it is revoked, and its grant with it. */
export default async function (agency, citizen) {
  const { config } = agency;
  const tokens = await agency.signIn(citizen, { scope: 'openid profile offline_access', prompt: 'consent' });
  const access = await oidc.tokenIntrospection(config, tokens.access_token);
  const refresh = await oidc.tokenIntrospection(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
  await oidc.tokenRevocation(config, tokens.refresh_token, { token_type_hint: 'refresh_token' });
  return {
    claims: tokens.claims(),
    access,
    refresh,
    afterwards: [
      await oidc.tokenIntrospection(config, tokens.access_token),
      await oidc.tokenIntrospection(config, tokens.refresh_token),
      await oidc.tokenIntrospection(config, 'made-up'),
    ],
  };
}
