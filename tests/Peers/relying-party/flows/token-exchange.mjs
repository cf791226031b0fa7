import * as oidc from 'openid-client';
import { decodeJwt } from 'jose';
import { refusal } from '../outcome.mjs';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** RFC 8693: a service passes a citizen's token on to another service, and the token says who acts. */
export default async function (agency, citizen, { resource, scope }) {
  const { config } = agency;
  const tokens = await agency.signInPushed(citizen);
  const exchange = (target) => oidc.genericGrantRequest(config, GRANT, {
    subject_token: tokens.access_token,
    subject_token_type: ACCESS_TOKEN,
    resource: target,
    scope,
  });
  const exchanged = await exchange(resource);
  return {
    subject: decodeJwt(tokens.access_token),
    access: decodeJwt(exchanged.access_token),
    issued: exchanged.issued_token_type,
    elsewhere: await refusal(() => exchange('https://nobody.example/api')),
  };
}
