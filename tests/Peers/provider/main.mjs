// A provider made of oidc-provider, for an agency built on our SDK. In: {"issuer", "client", "account"}, the account that
// everybody signs in to. Out: {"ready"} when it listens.
import '../localhost.mjs';
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { read, write } from '../lines.mjs';

const { issuer, client, account } = await read();
const { privateKey } = await generateKeyPair('ES256', { extractable: true });

const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [{ ...await exportJWK(privateKey), alg: 'ES256', use: 'sig', kid: 'peer-1' }] },
  cookies: { keys: [randomUUID()] },
  scopes: ['openid'],
  claims: { openid: ['sub'], profile: ['nickname', 'locale'], acr: null, amr: null, auth_time: null, iss: null, sid: null },
  acrValues: [account.acr],
  pkce: { required: () => true },
  clientAuthMethods: ['private_key_jwt'],
  features: {
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    backchannelLogout: { enabled: true },
  },
  enabledJWA: { clientAuthSigningAlgValues: ['ES256'], idTokenSigningAlgValues: ['ES256'] },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },

  // It calls nobody on this machine, as is right; here the agency is on it.
  fetch: (address, { dispatcher: _, ...options }) => fetch(address, options),
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, nickname: account.nickname, locale: 'zh-TW' }),
  }),
});

// What came in and what went out, to be asked for.
const seen = { pushed: 0, notices: [] };
provider.on('pushed_authorization_request.success', () => { seen.pushed += 1; });
provider.on('backchannel.success', (_, { clientId }) => { seen.notices.push(clientId); });
provider.on('backchannel.error', (_, error) => { seen.notices.push(String(error.message)); });
provider.on('server_error', (_, error) => console.error(error));

/** Signs in and agrees at once; a real provider would ask. */
async function interact(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: account.id, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  await provider.interactionFinished(request, response, {
    login: { accountId: account.id, acr: account.acr, amr: ['swk', 'user', 'mfa'] },
    consent: { grantId: await grant.save() },
  });
}

const answer = provider.callback();
createServer((request, response) => (request.url.startsWith('/interaction/') ? interact(request, response) : answer(request, response)))
  .listen(new URL(issuer).port, '127.0.0.1', () => write({ ready: true }));

for (;;) {
  await read();
  write(seen);
}
