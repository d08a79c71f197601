// An identity provider of the outside world under https: npm `oidc-provider`, certified by the OpenID Foundation, with a page
// that asks for a name and nothing else. It listens on loopback; the product and the browser are told where its name leads. It
// never outlives this process.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import Provider from 'oidc-provider';
import { certificate } from './document-host.mjs';

const HOST = 'login.example';

/** What the product is called there. */
export const CLIENT = { id: 'narthex', secret: 'a-secret-that-login-example-gave-to-acme' };

/**
 * Starts the provider; its certificate goes into `directory`. Returns `{ issuer, address, options, allow, stop }`: `allow` has
 * the provider know the product's redirect address.
 */
export async function startLoginHost(directory) {
  const [key, file] = certificate(directory, HOST, 'login');
  const server = createServer({ key: readFileSync(key), cert: readFileSync(file) });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const issuer = `https://${HOST}`;
  const provider = new Provider(issuer, {
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['of this run alone'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, email: `${sub}@${HOST}`, email_verified: true, name: sub }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant,
    pkce: { required: () => true },
  });
  const oidc = provider.callback();
  server.on('request', (req, res) => {
    if (!req.url.startsWith('/interaction/')) return oidc(req, res);
    return (req.method === 'POST' ? signIn(provider, req, res) : ask(res)).catch((error) => {
      res.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  const address = `127.0.0.1:${server.address().port}`;
  const allow = (redirect) =>
    provider.Client.adapter.upsert(CLIENT.id, {
      client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirect],
      grant_types: ['authorization_code'], response_types: ['code'],
    });
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { issuer, address, options: ['--test-host', `${HOST}=${address}`, '--test-root', file], allow, stop };
}

/** Whoever signs in there has consented already. */
async function loadExistingGrant(ctx) {
  const { client, session, provider } = ctx.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid email profile');
  await grant.save();
  return grant;
}

async function ask(res) {
  const page = `<!doctype html><html lang="en"><title>Login</title><main><h1>Login</h1>
    <form method="post"><label>Name <input name="name"></label><button>Sign in</button></form></main>`;
  res.writeHead(200, { 'content-type': 'text/html' }).end(page);
}

async function signIn(provider, req, res) {
  let body = '';
  for await (const part of req) body += part;
  const accountId = new URLSearchParams(body).get('name');
  return provider.interactionFinished(req, res, { login: { accountId } });
}
