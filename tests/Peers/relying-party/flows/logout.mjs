import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { refusal } from '../outcome.mjs';

/** RP-Initiated Logout 1.0 §2, and the logout token that follows (Back-Channel Logout 1.0 §2.4), verified by jose. */
export default async function (agency, citizen) {
  const { config, client } = agency;
  const notices = receive(client.metadata.backchannel_logout_uri);
  try {
    const tokens = await agency.signInPushed(citizen);
    const address = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: client.metadata.post_logout_redirect_uris[0],
      state: 'bye-1',
    });
    const back = await citizen.visit(address);
    const { payload, protectedHeader } = await jwtVerify(
      await notices.next,
      createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri)),
      { issuer: config.serverMetadata().issuer, audience: client.id, typ: 'logout+jwt', requiredClaims: ['jti', 'exp', 'iat'] });
    const silent = await refusal(() => agency.signIn(citizen, { prompt: 'none' }));
    return { back: back.href, claims: tokens.claims(), notice: payload, header: protectedHeader, silent };
  } finally {
    notices.close();
  }
}

/** The agency's own endpoint; its first notice. */
function receive(address) {
  const server = createServer();
  server.listen(new URL(address).port, '127.0.0.1');
  const next = new Promise((resolve) => {
    server.on('request', async (request, response) => {
      const body = (await request.toArray()).join('');
      response.writeHead(request.url === new URL(address).pathname ? 200 : 404).end();
      resolve(new URLSearchParams(body).get('logout_token'));
    });
  });
  return { next, close: () => server.close() };
}
