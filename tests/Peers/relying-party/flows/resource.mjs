import * as oidc from 'openid-client';
import { decodeJwt } from 'jose';
import { outcome, refusal } from '../outcome.mjs';

/** RFC 8707: a token for one API, which RFC 9068 says it is for; and no token for an API that does not exist. */
export default async function (agency, citizen, { resource, scope }) {
  const tokens = await agency.signInPushed(citizen, { scope: `openid ${scope}`, resource });
  return {
    ...outcome(tokens),
    access: decodeJwt(tokens.access_token),
    unknown: await refusal(() => agency.signInPushed(citizen, { resource: 'https://nobody.example/api' })),
  };
}
