import { fixedHeaders, type Authenticator } from '../authenticator.js';
import { EgressGuard } from '../transport/egress-guard.js';
import { mayAskForTokens, parseServiceAccount, refused, ServiceAccountTokens } from './service-account.js';

/** Where the gateway says nothing else, tokens are fetched from public addresses only. */
const PUBLIC_ONLY = new EgressGuard({ allowPrivate: false });

/** A service account's JSON, or an API key. */
export function authenticateGoogle(
  credential: string | null,
  guard: EgressGuard = PUBLIC_ONLY,
): Authenticator {
  if (credential === null) return fixedHeaders([]);
  const account = parseServiceAccount(credential);
  if (account !== undefined) {
    return mayAskForTokens(account, guard)
      ? new ServiceAccountTokens(account, guard)
      : refusing('its token_uri is neither https nor allowed');
  }
  if (credential.trimStart().startsWith('{')) return refusing('it is no JSON of a service account');
  return fixedHeaders(['x-goog-api-key', credential]);
}

/** Tells with each request what is wrong: a channel with one bad credential still has its others. */
function refusing(why: string): Authenticator {
  return {
    headers: () => {
      throw refused(why);
    },
  };
}
