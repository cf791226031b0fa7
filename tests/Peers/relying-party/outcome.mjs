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
    return { error: error.error, description: error.error_description, status: error.status, code: error.code };
  }
  throw new Error('this should have been refused');
}
