// A second OpenID Connect provider, beside OpenBao's: tokens of five minutes, as the NL GOV profile has it, PKCE, and a
// session of its own, so that it can know a browser that the portal no longer knows. It signs with ES256.
// Arguments: port, client id, client secret, redirect address. Says "ready" when it listens on loopback.
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, clientId, secret, redirect] = process.argv.slice(2);
const minutes = 300;
const made = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const key = { ...made, kid: 'its-key', use: 'sig', alg: 'ES256' };
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { client_id: clientId, client_secret: secret, redirect_uris: [redirect], id_token_signed_response_alg: 'ES256' },
  ],
  jwks: { keys: [key] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  pkce: { required: () => true },
  ttl: { IdToken: minutes, AccessToken: minutes, AuthorizationCode: 60, Session: 86400, Grant: 86400, Interaction: 600 },
  cookies: { keys: ['only-for-a-test'] },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
