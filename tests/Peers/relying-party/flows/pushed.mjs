import { outcome } from '../outcome.mjs';

/** RFC 9126: the browser carries a handle and nothing else of the request. */
export default async function (agency, citizen) {
  let visited;
  const watched = {
    visit(address) {
      visited = [...address.searchParams.keys()];
      return citizen.visit(address);
    },
  };
  return { ...outcome(await agency.signInPushed(watched)), visited };
}
