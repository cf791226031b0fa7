import { decodeProtectedHeader } from 'jose';

/** What a test looks at: openid-client has checked signature, issuer, audience, times and nonce before. */
export function outcome(tokens) {
  return {
    alg: decodeProtectedHeader(tokens.id_token).alg,
    claims: tokens.claims(),
    type: tokens.token_type,
    expires: tokens.expires_in,
    scope: tokens.scope,
    refreshable: Boolean(tokens.refresh_token),
  };
}

/** The error that a step ends with; no error is a failure of the test. */
export async function refusal(step) {
  try {
    await step();
  } catch (error) {
    // A challenge (RFC 6750 §3) says it in a header field.
    const said = error.cause?.[0]?.parameters ?? error;
    return { error: error.error ?? said.error, description: said.error_description, status: error.status, code: error.code };
  }
  throw new Error('this should have been refused');
}
