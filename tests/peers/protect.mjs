// How an MCP server is protected by Narthex: the metadata a client needs to find its authorization
// server, the check of an access token, and the question asked before each tool runs.
// It never issues, stores, logs or forwards a token, and it never treats a failed check as a yes.
// RFC 9728 (metadata), RFC 6750 (challenge), RFC 9068 (access token), AuthZEN 1.0 (decision).

import { OAuthError, OAuthErrorCode, requireBearerAuth } from '@modelcontextprotocol/server';
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const SIGNING_ALGORITHMS = ['ES256', 'EdDSA', 'RS256'];
const CLOCK_TOLERANCE_SECONDS = 60;
const DECISION_TIMEOUT_MS = 2000;

/**
 * Builds the three guards of one protected resource.
 *
 * @param {object} options
 * @param {URL} options.resource this server's own identifier: the only audience it accepts
 * @param {{issuer: string, decisionUrl: string, resourceId: string, resourceSecret: string}[]}
 *   options.authorities accepted issuers, the preferred one first, each with the decision endpoint
 *   of the same tenant and environment, and how this server names itself there (HTTP Basic)
 * @param {string[]} options.scopes the scopes its tools need
 */
export function protect({ resource, authorities, scopes }) {
  const metadataUrl = new URL(WELL_KNOWN + resource.pathname, resource.origin).href;
  const issuers = new Map(authorities.map((one) => [one.issuer, issuerKeys(one.issuer)]));
  const deciders = new Map(authorities.map((one) => [one.issuer, decider(one)]));

  /** The metadata document, at the path-inserted and at the root location; else undefined. */
  function metadata(request) {
    const { pathname } = new URL(request.url);
    if (pathname !== WELL_KNOWN && pathname !== WELL_KNOWN + resource.pathname) return undefined;
    return Response.json(
      {
        resource: resource.href,
        resource_name: 'Notes',
        authorization_servers: authorities.map((one) => one.issuer),
        scopes_supported: scopes,
        bearer_methods_supported: ['header'],
      },
      { headers: { 'access-control-allow-origin': '*', 'cache-control': 'max-age=60' } },
    );
  }

  const gate = requireBearerAuth({
    verifier: { verifyAccessToken: (token) => verify(token, issuers, resource) },
    resourceMetadataUrl: metadataUrl,
    expectedResource: resource,
    requiredScopes: [],
  });

  /** The verified token as the SDK's AuthInfo, or the ready 401 that tells a client where to go. */
  async function authenticate(request) {
    const outcome = await gate(request);
    return outcome instanceof Response ? nameScopes(outcome, scopes) : outcome;
  }

  /** Asks Narthex whether this client may call this tool now: `{ allowed, reason }`. */
  async function mayCall(auth, tool) {
    const question = {
      subject: {
        type: 'client',
        id: auth.clientId,
        properties: { sub: auth.extra.sub, jti: auth.extra.jti },
      },
      action: { name: 'tools/call' },
      resource: { type: 'tool', id: tool },
      context: { token: auth.token },
    };
    try {
      const { url, authorization } = deciders.get(auth.extra.iss);
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(DECISION_TIMEOUT_MS),
      });
      if (!answer.ok) return { allowed: false, reason: `no decision (HTTP ${answer.status})` };
      const { decision, context } = await answer.json();
      return { allowed: decision === true, reason: reasonOf(context) };
    } catch {
      return { allowed: false, reason: 'no decision (the decision endpoint does not answer)' };
    }
  }

  return { metadata, authenticate, mayCall, metadataUrl };
}

/** Where to ask, and as whom. */
function decider({ decisionUrl, resourceId, resourceSecret }) {
  const basic = Buffer.from(`${resourceId}:${resourceSecret}`).toString('base64');
  return { url: decisionUrl, authorization: `Basic ${basic}` };
}

/** The issuer's signing keys: found through its metadata on first use, then cached by jose. */
function issuerKeys(issuer) {
  let keys;
  return async () => {
    keys ??= discoverKeys(issuer).catch((error) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };
}

/** RFC 8414: the well-known part goes between the host and the issuer's path. */
async function discoverKeys(issuer) {
  const { origin, pathname } = new URL(issuer);
  const url = `${origin}/.well-known/oauth-authorization-server${pathname}`;
  const answer = await fetch(url, { redirect: 'error' });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const document = await answer.json();
  if (document.issuer !== issuer) throw new Error(`${url} names another issuer`);
  return createRemoteJWKSet(new URL(document.jwks_uri));
}

/** RFC 9068 section 4: type, issuer, audience, signature and expiry, all of them or nothing. */
async function verify(token, issuers, resource) {
  try {
    const keysOf = issuers.get(decodeJwt(token).iss);
    if (keysOf === undefined) throw new errors.JWTInvalid('issuer not accepted here');
    const { payload } = await jwtVerify(token, await keysOf(), {
      typ: 'at+jwt',
      audience: resource.href,
      algorithms: SIGNING_ALGORITHMS,
      requiredClaims: ['iss', 'sub', 'client_id', 'jti', 'iat', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return {
      token,
      clientId: payload.client_id,
      scopes: (payload.scope ?? '').split(' ').filter(Boolean),
      expiresAt: payload.exp,
      resource,
      extra: { iss: payload.iss, sub: payload.sub, jti: payload.jti },
    };
  } catch (error) {
    const ourTrouble = !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout;
    if (ourTrouble) throw error;
    throw new OAuthError(OAuthErrorCode.InvalidToken, 'The access token is not valid here');
  }
}

/** One challenge names every scope that the tools need, so that a person is asked once. */
function nameScopes(challenge, scopes) {
  if (challenge.status !== 401) return challenge;
  const headers = new Headers(challenge.headers);
  const line = headers.get('www-authenticate');
  headers.set('www-authenticate', `${line}, scope="${scopes.join(' ')}"`);
  return new Response(challenge.body, { status: 401, headers });
}

/** The words Narthex gives for a refusal; they are meant for the person, so they are passed on. */
function reasonOf(context) {
  return context?.reason_user?.en ?? context?.reason ?? 'not part of what was approved';
}
