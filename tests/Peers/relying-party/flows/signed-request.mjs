import * as oidc from 'openid-client';
import { keyOf } from '../agency.mjs';
import { outcome, refusal } from '../outcome.mjs';

/** RFC 9101 by value, alone and pushed; a request that somebody else signed is none. */
export default async function (agency, citizen) {
  const { config, client } = agency;
  const signed = async (_, parameters) => oidc.buildAuthorizationUrlWithJAR(config, parameters, await keyOf(client));
  const pushed = async (_, parameters) => oidc.buildAuthorizationUrlWithPAR(config, (await signed(_, parameters)).searchParams);
  const forged = async (_, parameters) => {
    const { privateKey } = await oidc.randomDPoPKeyPair('ES256');
    const { searchParams } = await oidc.buildAuthorizationUrlWithJAR(config, parameters, { key: privateKey, kid: client.key.kid });
    return oidc.buildAuthorizationUrlWithPAR(config, searchParams);
  };
  return {
    alone: outcome(await agency.signIn(citizen, {}, { address: signed })),
    pushed: outcome(await agency.signIn(citizen, {}, { address: pushed })),
    forged: await refusal(() => agency.signIn(citizen, {}, { address: forged })),
  };
}
