import { importJWK } from 'jose';
import * as oidc from 'openid-client';

/** One registered client, as openid-client knows it: the server's own discovery document and what was registered. */
export class Agency {
  static async at(issuer, client) {
    const metadata = { ...client.metadata, use_mtls_endpoint_aliases: Boolean(client.certificate) };
    const config = await oidc.discovery(new URL(issuer), client.id, metadata, await authentication(client));
    if (client.certificate) {
      config[oidc.customFetch] = fetchShowing(client.certificate);
    }

    // OpenID Connect Core §3.1.3.7 lets a client skip the signature of an ID token that it fetched itself. Not here.
    oidc.enableNonRepudiationChecks(config);
    return new Agency(issuer, config, client);
  }

  constructor(issuer, config, client) {
    Object.assign(this, { issuer, config, client });
  }

  /** A correct authorization request, and what its answer must fit. */
  async request(more = {}) {
    const checks = {
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
      expectedState: oidc.randomState(),
      expectedNonce: oidc.randomNonce(),
      idTokenExpected: true,
    };
    const parameters = {
      redirect_uri: this.client.metadata.redirect_uris[0],
      scope: 'openid profile',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...more,
    };
    return { parameters, checks };
  }

  /** From the request to the tokens; `address` makes the authorization request. */
  async signIn(citizen, more, { address = oidc.buildAuthorizationUrl, options, resource } = {}) {
    const { parameters, checks } = await this.request(more);
    const answer = await citizen.visit(await address(this.config, parameters, options));
    return oidc.authorizationCodeGrant(this.config, answer, checks, resource && { resource }, options);
  }

  /** The same with a pushed request (RFC 9126). */
  signInPushed(citizen, more, rest) {
    return this.signIn(citizen, more, { ...rest, address: oidc.buildAuthorizationUrlWithPAR });
  }

  userInfo(tokens, options) {
    return oidc.fetchUserInfo(this.config, tokens.access_token, tokens.claims().sub, options);
  }
}

/** The private key of the client. */
export async function keyOf(client) {
  return { key: await importJWK(client.key, client.key.alg), kid: client.key.kid };
}

async function authentication(client) {
  switch (client.metadata.token_endpoint_auth_method) {
    case 'private_key_jwt':
      return oidc.PrivateKeyJwt(await keyOf(client));
    case 'client_secret_basic':
      return oidc.ClientSecretBasic(client.secret);
    case 'client_secret_post':
      return oidc.ClientSecretPost(client.secret);
    case 'none':
      return oidc.None();
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
      return oidc.TlsClientAuth();
    default:
      throw new Error(`no client authentication ${client.metadata.token_endpoint_auth_method}`);
  }
}

/** RFC 8705: every connection shows the client's certificate. Node names the class behind its own fetch nowhere. */
export function fetchShowing(certificate) {
  void Response;
  const { constructor: Agent } = globalThis[Symbol.for('undici.globalDispatcher.1')];
  const dispatcher = new Agent({ connect: certificate });
  return (address, options) => fetch(address, { ...options, dispatcher });
}
