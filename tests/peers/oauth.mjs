// Bare OAuth requests, for what a well-behaved SDK would not send: a registration where none is
// offered, a replayed refresh token, an introspection by the resource server.
// It never follows a redirect and never interprets an answer: `{ status, headers, body }`.

import { discoveryOf, registerOf, tokenPlane, resourceCredential } from './pages.mjs';

/** RFC 8414 metadata of an environment. */
export function metadata(at, tenant, environment) {
  return send(discoveryOf(at, tenant, environment));
}

/** RFC 7591 registration. */
export function register(at, tenant, environment, clientMetadata) {
  return send(registerOf(at, tenant, environment), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(clientMetadata),
  });
}

/** RFC 6749 section 6 by a public client. */
export function refresh(at, tenant, environment, clientId, refreshToken, resource) {
  return post(tokenPlane(at, tenant, environment, 'token'), {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    resource,
  });
}

/** RFC 6749 section 4.4 by a client with a secret. */
export function clientCredentials(at, tenant, environment, { client_id: id, client_secret: secret }) {
  const url = tokenPlane(at, tenant, environment, 'token');
  return post(url, { grant_type: 'client_credentials' }, { authorization: basic(id, secret) });
}

/** RFC 7662, asked by the resource server. */
export function introspect(at, tenant, environment, token) {
  const { id, secret } = resourceCredential(tenant, environment);
  const authorization = basic(id, secret);
  return post(tokenPlane(at, tenant, environment, 'introspect'), { token }, { authorization });
}

function basic(id, secret) {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

function post(url, fields, headers = {}) {
  return send(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
}

async function send(url, options = {}) {
  const answer = await fetch(url, { redirect: 'manual', ...options });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: parseJson(text) };
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
