import * as oidc from 'openid-client';
import { outcome, refusal } from '../outcome.mjs';

/** RFC 8628: a device without a browser asks, a citizen says yes at another one, the device gets its tokens once. */
export default async function (agency, citizen) {
  const { config } = agency;
  const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid profile' });
  const ask = () => oidc.genericGrantRequest(
    config, 'urn:ietf:params:oauth:grant-type:device_code', { device_code: device.device_code });
  const pending = await refusal(ask);
  await citizen.visit(device.verification_uri_complete);
  const tokens = await oidc.pollDeviceAuthorizationGrant(config, device);
  return { ...outcome(tokens), device, pending, again: await refusal(ask), userInfo: await agency.userInfo(tokens) };
}
