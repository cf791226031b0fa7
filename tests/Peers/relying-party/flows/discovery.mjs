import * as oidc from 'openid-client';

/** OpenID Connect Discovery 1.0 and RFC 8414: both documents, which openid-client compares with the issuer. */
export default async function ({ issuer, config, client }) {
  const other = await oidc.discovery(new URL(issuer), client.id, client.metadata, undefined, { algorithm: 'oauth2' });
  return { openid: config.serverMetadata(), oauth: other.serverMetadata(), supportsPkce: config.serverMetadata().supportsPKCE() };
}
