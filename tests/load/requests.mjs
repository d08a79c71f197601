// What is sent: registrations of strangers and token requests of an approved client. Names, versions and sources follow
// from the number of the call, so that a run is the same each time.

const NAMES = ['Cursor', 'Claude Code', 'Goose', 'mcp-remote', 'Inspector'];

/** 198.18.0.0/15 is for benches (RFC 2544). */
const source = (n) => `198.18.${Math.floor(n / 250) % 256}.${(n % 250) + 1}`;

function registration(slug, { name, version, from }) {
  return {
    path: `/t/${slug}/production/register`,
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify({
      client_name: name,
      redirect_uris: [`http://127.0.0.1/${version}/callback`],
      token_endpoint_auth_method: 'none',
    }),
  };
}

/** Each kind of load: the request with number n, for a tenant `{ slug, client }`. */
export const requests = {
  /** Five names, all but one in a hundred the same again, from 40 shared addresses. */
  day: ({ slug }) => (n) => {
    const version = n % 100 === 99 ? `v${n}` : 'v0';
    return registration(slug, { name: NAMES[n % NAMES.length], version, from: source(n % 40) });
  },
  /** The same five, from a thousand sources. */
  flood: ({ slug }) => (n) =>
    registration(slug, { name: NAMES[n % NAMES.length], version: 'v0', from: source(n % 1_000) }),
  /** One program, from a thousand sources. */
  identical: ({ slug }) => (n) =>
    registration(slug, { name: NAMES[0], version: 'v0', from: source(n % 1_000) }),
  /** Quiet registrations of people: every tenth is new software. */
  neighbour: ({ slug }, window) => (n) => {
    const version = n % 10 === 0 ? `w${window}-${n}` : 'v0';
    return registration(slug, { name: 'Neighbour', version, from: `198.19.7.${(n % 20) + 1}` });
  },
  /** From 40 addresses, as the instances of a service come. */
  token: ({ slug, client }) => (n) => ({
    path: `/t/${slug}/production/token`,
    headers: {
      authorization: `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      'x-forwarded-for': `198.19.8.${(n % 40) + 1}`,
    },
    body: 'grant_type=client_credentials',
  }),
};
