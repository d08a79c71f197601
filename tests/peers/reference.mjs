// Another server beside ours: npm `oidc-provider`, certified by the OpenID Foundation, with clients like ours. Both
// get the same bad requests, and both have to refuse them alike. Where we answer otherwise, the line says why.
// The reference runs in this process on a free port; nobody signs in at either of them.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import Provider from 'oidc-provider';
import { PRODUCTION, tokenPlane } from './pages.mjs';
import * as people from './people.mjs';

const at = JSON.parse(await readFile(process.env.NARTHEX_ENDPOINTS));
const [tenant] = at.tenants;

const REDIRECT = 'http://127.0.0.1:4711/callback';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A request as both get it: `client` says who sends it and how, `form` what. */
const TOKEN = [
  ['no grant type', { client: 'service', form: {} }],
  ['a blank grant type', { client: 'service', form: { grant_type: '' } }],
  ['a grant type of OAuth 2.0 that is gone', { client: 'service', form: { grant_type: 'password', username: 'a', password: 'b' } }],
  ['an invented grant type', { client: 'service', form: { grant_type: 'urn:example:invented' } }],
  ['a wrong secret', { client: 'service', secret: 'wrong', form: { grant_type: 'client_credentials' } }],
  ['a blank secret', { client: 'service', secret: '', form: { grant_type: 'client_credentials' } }],
  ['an unknown client', { client: 'nobody', form: { grant_type: 'client_credentials' } }],
  ['no client', { form: { grant_type: 'client_credentials' } }],
  ['the secret in the form of a client that uses the header', { client: 'service', how: 'post', form: { grant_type: 'client_credentials' } }],
  ['no proof of a client that has a secret', { client: 'service', how: 'none', form: { grant_type: 'client_credentials' } }],
  ['two ways of authentication', { client: 'service', form: { grant_type: 'client_credentials', client_secret: 'x' } }],
  ['an assertion without its type', { client: 'service', how: 'none', form: { grant_type: 'client_credentials', client_assertion: 'a.b.c' } }],
  ['an assertion that is none', { client: 'service', how: 'none', form: { grant_type: 'client_credentials', client_assertion: 'a.b.c', client_assertion_type: BEARER } }],
  ['a grant that the client may not use', { client: 'service', form: { grant_type: 'refresh_token', refresh_token: 'x' } }],
  ['client credentials by a public client', { client: 'app', how: 'none', form: { grant_type: 'client_credentials' } }],
  ['a parameter twice', { client: 'service', form: [['grant_type', 'client_credentials'], ['grant_type', 'client_credentials']] }],
  ['no code', { client: 'app', how: 'none', form: { grant_type: 'authorization_code', redirect_uri: REDIRECT, code_verifier: VERIFIER } }],
  ['an unknown code', { client: 'app', how: 'none', form: { grant_type: 'authorization_code', code: 'x', redirect_uri: REDIRECT, code_verifier: VERIFIER } }],
  ['no refresh token', { client: 'app', how: 'none', form: { grant_type: 'refresh_token' } }],
  ['an unknown refresh token', { client: 'app', how: 'none', form: { grant_type: 'refresh_token', refresh_token: 'x' } }],
  ['no device code', { client: 'screen', how: 'none', form: { grant_type: DEVICE } }],
  ['an unknown device code', { client: 'screen', how: 'none', form: { grant_type: DEVICE, device_code: 'x' } }],
  ['a resource that is none', { client: 'service', form: { grant_type: 'client_credentials', resource: 'not an address' } }],
  ['a resource with a fragment', { client: 'service', form: { grant_type: 'client_credentials', resource: 'https://api.example/#x' } }],
  ['an unknown resource', { client: 'service', form: { grant_type: 'client_credentials', resource: 'https://other.example/' } }],
  ['an unknown scope', { client: 'service', form: { grant_type: 'client_credentials', scope: 'invented' } }],
];

const AUTHORIZE = [
  ['no client', { form: { client_id: undefined } }],
  ['an unknown client', { form: { client_id: 'np_aaaaaaaaaaaaaaaaaaaaaaaaaa' } }],
  ['no redirect address where nothing tells', { form: { redirect_uri: 'http://127.0.0.1:4711/elsewhere' } }],
  ['a redirect address of somebody else', { form: { redirect_uri: 'https://evil.example/callback' } }],
  ['a redirect address with a fragment', { form: { redirect_uri: `${REDIRECT}#x` } }],
  ['no response type', { form: { response_type: undefined } }],
  ['an implicit response type', { form: { response_type: 'token' } }],
  ['an invented response type', { form: { response_type: 'invented' } }],
  ['an invented response mode', { form: { response_mode: 'invented' } }],
  ['no challenge', { form: { code_challenge: undefined, code_challenge_method: undefined } }],
  ['a plain challenge', { form: { code_challenge_method: 'plain' } }],
  ['a challenge that is none', { form: { code_challenge: 'short' } }],
  ['nobody signed in, and none may', { form: { prompt: 'none' } }],
  ['none and something else', { form: { prompt: 'none login' } }],
  ['an invented prompt', { form: { prompt: 'invented' } }],
  ['an age that is no number', { form: { max_age: 'old' } }],
  ['a request object', { form: { request: 'a.b.c' } }],
  ['a request address', { form: { request_uri: 'https://evil.example/request' } }],
  ['an unknown pushed request', { form: { request_uri: 'urn:ietf:params:oauth:request_uri:unknown' } }],
  ['a registration in the request', { form: { registration: '{}' } }],
  ['a parameter twice', { again: [['state', 'two']] }],
  ['an unknown resource', { form: { resource: 'https://other.example/' } }],
];

const OTHERS = [
  ['a pushed request without a client', 'par', { form: { response_type: 'code' } }],
  ['a pushed request of a wrong secret', 'par', { client: 'service', secret: 'wrong', form: { response_type: 'code' } }],
  ['a pushed request without a response type', 'par', { client: 'app', how: 'none', form: { redirect_uri: REDIRECT, code_challenge: CHALLENGE, code_challenge_method: 'S256' } }],
  ['a pushed request for another address', 'par', { client: 'app', how: 'none', form: { response_type: 'code', redirect_uri: 'https://evil.example/', code_challenge: CHALLENGE, code_challenge_method: 'S256' } }],
  ['a pushed request that names a pushed request', 'par', { client: 'app', how: 'none', form: { request_uri: 'urn:ietf:params:oauth:request_uri:x' } }],
  ['a device of nobody', 'device', { form: {} }],
  ['a device of a client that has none', 'device', { client: 'service', form: {} }],
  ['a revocation of nobody', 'revoke', { form: { token: 'x' } }],
  ['a revocation of nothing', 'revoke', { client: 'service', form: {} }],
  ['a revocation of what is unknown', 'revoke', { client: 'service', form: { token: 'x' } }],
  ['an introspection of nobody', 'introspect', { form: { token: 'x' } }],
  ['an introspection of nothing', 'introspect', { client: 'service', form: {} }],
  ['an introspection of what is unknown', 'introspect', { client: 'service', form: { token: 'x' } }],
  ['claims without a token', 'userinfo', { form: {} }],
];

/** Where we answer otherwise than the reference, and why. */
const MISSING = {
  here: { status: 401, error: 'invalid_client' },
  there: { status: 400, error: 'invalid_request' },
  because: 'no client authentication is invalid_client (RFC 6749 section 5.2)',
};
const NOT_ALLOWED = {
  here: { status: 400, error: 'unauthorized_client' },
  there: { status: 400, error: 'invalid_request' },
  because: 'the client is known and may not use this grant (RFC 6749 section 5.2)',
};
const OTHERWISE = {
  'token: no client': MISSING,
  'token: a blank secret': MISSING,
  'par: a pushed request without a client': MISSING,
  'device: a device of nobody': MISSING,
  'revoke: a revocation of nobody': MISSING,
  'introspect: an introspection of nobody': MISSING,
  'token: an assertion that is none': { ...MISSING, because: 'an assertion that cannot be read proves nothing' },
  'token: a grant that the client may not use': NOT_ALLOWED,
  'token: client credentials by a public client': NOT_ALLOWED,
  'device: a device of a client that has none': NOT_ALLOWED,
  'token: the secret in the form of a client that uses the header': {
    here: { status: 401, error: 'invalid_client' },
    there: { status: 200, error: undefined },
    because: 'one way of authentication, the registered one (RFC 7591 section 2)',
  },
  'token: an unknown scope': {
    here: { status: 400, error: 'invalid_scope' },
    there: { status: 200, error: undefined },
    because: 'what is unknown is refused, so that nobody takes less for what they asked (RFC 6749 section 3.3)',
  },
  'authorize: an implicit response type': {
    here: { error: 'unsupported_response_type', state: 'one' },
    there: { error: null, state: null },
    because: 'OAuth 2.1 has no fragments: the error comes in the query, where they put it behind the #',
  },
  'authorize: an invented response mode': {
    here: { error: 'invalid_request', state: 'one' },
    there: { error: 'unsupported_response_mode', state: 'one' },
    because: 'their code is registered nowhere',
  },
  'authorize: an invented prompt': {
    here: { page: 'goes on' },
    there: { error: 'invalid_request', state: 'one' },
    because: 'a prompt that is not understood may be ignored (OpenID Connect Core section 3.1.2.1)',
  },
  'par: a pushed request that names a pushed request': {
    here: { status: 400, error: 'invalid_request' },
    there: { status: 400, error: 'request_uri_not_supported' },
    because: 'RFC 9126 section 2.1 says invalid_request',
  },
};

describe('refusals, beside a certified server', () => {
  let ours;
  let theirs;
  let server;
  const unused = new Set(Object.keys(OTHERWISE));

  before(async () => {
    ours = await own();
    ({ reference: theirs, server } = await start(ours.clients));
  });
  after(() => server.close());

  for (const [what, request] of TOKEN) compare('token', what, request);
  for (const [what, request] of AUTHORIZE) compare('authorize', what, request);
  for (const [what, endpoint, request] of OTHERS) compare(endpoint, what, request);

  it('says of nothing that it differs which was not asked', () => assert.deepEqual([...unused], []));

  function compare(endpoint, what, request) {
    it(`${endpoint}: ${what}`, async () => {
      const ask = endpoint === 'authorize' ? front : back;
      const [here, there] = [await ask(ours, endpoint, request), await ask(theirs, endpoint, request)];
      const known = OTHERWISE[`${endpoint}: ${what}`];
      unused.delete(`${endpoint}: ${what}`);
      if (known) {
        assert.deepEqual({ here, there }, { here: known.here, there: known.there }, known.because);
        assert.notDeepEqual(here, there);
      } else {
        assert.deepEqual(here, there);
      }
    });
  }
});

/** Our endpoints and three clients, approved by people. */
async function own() {
  const owner = await people.atPortal(at, tenant, tenant.owner);
  const reviewer = await people.atDashboard(at);
  const approved = async (name, signIn, redirects) => {
    await people.createIntegration(owner, at, tenant, { name, signIn, redirects, scopes: ['notes:read'] });
    const page = await people.openReview(reviewer, at, name);
    await people.approve(page, { scopes: ['notes:read'], tools: [], reason: 'It is compared with its like.' });
    return people.clientOf(reviewer, at, name);
  };
  const service = { id: await approved('Compared Service', 'service') };
  service.secret = await people.createCredentials(owner, at, tenant, 'Compared Service');
  const path = (name) => tokenPlane(at, tenant, PRODUCTION, name);
  return {
    clients: {
      service,
      app: { id: await approved('Compared App', 'public', [REDIRECT]) },
      screen: { id: await approved('Compared Screen', 'device') },
      nobody: { id: 'np_aaaaaaaaaaaaaaaaaaaaaaaaaa', secret: service.secret },
    },
    endpoints: {
      token: path('token'), authorize: path('authorize'), par: path('par'), device: path('device_authorization'),
      revoke: path('revoke'), introspect: path('introspect'), userinfo: path('userinfo'),
    },
  };
}

/** The reference with the same clients. */
async function start(clients) {
  const server = createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const quiet = { response_types: [], redirect_uris: [], application_type: 'native' };
  const provider = new Provider(issuer, {
    clients: [
      { ...quiet, client_id: clients.service.id, client_secret: clients.service.secret, grant_types: ['client_credentials'] },
      {
        client_id: clients.app.id, application_type: 'native', token_endpoint_auth_method: 'none',
        redirect_uris: [REDIRECT], response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'],
      },
      { ...quiet, client_id: clients.screen.id, token_endpoint_auth_method: 'none', grant_types: [DEVICE, 'refresh_token'] },
    ],
    scopes: ['openid', 'offline_access', 'notes:read'],
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      resourceIndicators: { enabled: true },
    },
  });
  server.on('request', provider.callback());
  const below = (path) => `${issuer}/${path}`;
  const endpoints = {
    token: below('token'), authorize: below('auth'), par: below('request'), device: below('device/auth'),
    revoke: below('token/revocation'), introspect: below('token/introspection'), userinfo: below('me'),
  };
  return { reference: { clients, endpoints }, server };
}

/** A call that no browser makes: status and error code. */
async function back({ clients, endpoints }, endpoint, { client, how = 'basic', secret, form }) {
  const body = new URLSearchParams(Array.isArray(form) ? form : Object.entries(form));
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  if (client) {
    const { id, secret: own } = clients[client];
    const proof = secret ?? own;
    if (how === 'basic') headers.authorization = `Basic ${Buffer.from(`${id}:${proof}`).toString('base64')}`;
    else body.append('client_id', id);
    if (how === 'post') body.append('client_secret', proof);
  }
  const answer = await fetch(endpoints[endpoint], { method: 'POST', headers, body });
  const text = await answer.text();
  const said = text.startsWith('{') ? JSON.parse(text) : {};
  return { status: answer.status, error: said.error ?? headerError(answer) };
}

/** An error of a resource is in its challenge (RFC 6750 section 3). */
function headerError(answer) {
  return /error="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1];
}

/** A browser at the front door: a page, or an error that goes back to the client. */
async function front({ clients, endpoints }, endpoint, { form = {}, again = [] }) {
  const usual = {
    client_id: clients.app.id, response_type: 'code', redirect_uri: REDIRECT, scope: 'openid', state: 'one',
    code_challenge: CHALLENGE, code_challenge_method: 'S256',
  };
  const all = Object.entries({ ...usual, ...form }).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams([...all, ...again]);
  const answer = await fetch(`${endpoints[endpoint]}?${query}`, { redirect: 'manual', headers: { accept: 'text/html' } });
  await answer.text();
  const location = answer.headers.get('location');
  if (!location?.startsWith(REDIRECT)) return { page: answer.status < 400 ? 'goes on' : 'refuses' };
  const { searchParams } = new URL(location);
  return { error: searchParams.get('error'), state: searchParams.get('state') };
}
