import * as oidc from 'openid-client';

/** RFC 9701: what the server says of a token, signed; openid-client accepts nothing else once that is registered. */
export default async function (agency, citizen) {
  const { config } = agency;
  let type;
  config[oidc.customFetch] = async (...request) => {
    const answer = await fetch(...request);
    type = answer.headers.get('content-type');
    return answer;
  };
  const tokens = await agency.signInPushed(citizen);
  const active = await oidc.tokenIntrospection(config, tokens.access_token);
  const types = [type];
  const inactive = await oidc.tokenIntrospection(config, 'made-up');
  return { claims: tokens.claims(), active, inactive, types: [...types, type] };
}
