// What the journeys know about the product's pages: addresses, field names, words. The browser
// journeys (tests/browser) read the same words. When a page changes, this is the file to change.
// It never acts; `people.mjs` and the browser's page objects do.
//
// A field is `{ name, label }`: the name in the form, and the words of its label.

/** Environments of a tenant, as in every address. */
export const PRODUCTION = 'production';
export const SANDBOX = 'sandbox';

/** Addresses below the portal. `t` is a tenant of endpoints.json. */
export const portal = {
  signIn: (at, t) => `${at.portal}/t/${t.slug}/sign-in`,
  home: (at, t) => `${at.portal}/t/${t.slug}`,
  settings: (at, t, environment) => `${at.portal}/t/${t.slug}/${environment}/settings`,
  integrations: (at, t) => `${at.portal}/t/${t.slug}/integrations`,
  newIntegration: (at, t) => `${at.portal}/t/${t.slug}/integrations/new`,
  resources: (at, t, environment) => `${at.portal}/t/${t.slug}/${environment}/resources`,
  newResource: (at, t, environment) => `${at.portal}/t/${t.slug}/${environment}/resources/new`,
  members: (at, t) => `${at.portal}/t/${t.slug}/members`,
  account: (at, t) => `${at.portal}/t/${t.slug}/account`,
};

/** Addresses below the staff dashboard. */
export const staff = {
  signIn: (at) => `${at.staff}/sign-in`,
  requests: (at) => `${at.staff}/requests`,
  quarantine: (at) => `${at.staff}/quarantine`,
  clients: (at) => `${at.staff}/clients`,
};

/** Addresses of the two public planes, for one tenant and environment. */
export const resourceOf = (t, environment) =>
  environment === SANDBOX ? t.sandbox_resource : t.resource;
export const issuerOf = (t, environment) => (environment === SANDBOX ? t.sandbox_issuer : t.issuer);
export const resourceCredential = (t, environment) =>
  environment === SANDBOX ? t.sandbox_resource_credential : t.resource_credential;
export const discoveryOf = (at, t, environment) => {
  const { origin, pathname } = new URL(issuerOf(t, environment));
  return `${origin}/.well-known/oauth-authorization-server${pathname}`;
};
export const registerOf = (at, t, environment) =>
  `${at.discovery}/t/${t.slug}/${environment}/register`;
export const tokenPlane = (at, t, environment, path) =>
  `${at.token}/t/${t.slug}/${environment}/${path}`;

export const fields = {
  // Signing in, everywhere the same.
  email: { name: 'email', label: /^email/i },
  password: { name: 'password', label: /^password/i },
  newPassword: { name: 'password', label: /password/i },
  code: { name: 'code', label: /code/i },
  // Portal settings of an environment.
  registrationMode: { name: 'registration_mode', label: /registration/i },
  openingReason: { name: 'because', label: /^why/i },
  // Portal: resource and its scopes and tools.
  resourceName: { name: 'name', label: /^name/i },
  resourceUrl: { name: 'identifier', label: /identifier|address/i },
  scopeName: { name: 'scope', label: /^scope/i },
  toolName: { name: 'tool', label: /^tool/i },
  // Portal: integration.
  integrationName: { name: 'name', label: /^name/i },
  integrationPurpose: { name: 'purpose', label: /purpose|what it does/i },
  operator: { name: 'operator', label: /who runs it/i },
  redirectAddresses: { name: 'redirect_uris', label: /redirect addresses/i },
  // A person with a device elsewhere.
  userCode: { name: 'user_code', label: /code on your device/i },
  // The person at the front door of an undecided client.
  askReason: { name: 'reason', label: /why|reason/i },
  // Staff: quarantine, review, suspension.
  integration: { name: 'integration', label: /name of the new integration/i },
  sponsor: { name: 'sponsor', label: /sponsor/i },
  decision: { name: 'decision', label: /approve/i },
  decisionReason: { name: 'reason', label: /^reason of the decision/i },
  suspendReason: { name: 'reason', label: /reason/i },
};

/** The lines of the review form: one field for each scope and tool, which says what becomes of it. */
export const lines = {
  each: /^(scope|tool):/,
  give: 'give',
  withhold: 'withhold',
  /** The same as people read them. */
  words: { give: 'Give', withhold: 'Do not give' },
  given: ({ scopes, tools }) =>
    new Set([...scopes.map((scope) => `scope:${scope}`), ...tools.map((tool) => `tool:${tool}`)]),
};

/** Names of the check-box groups of a form that asks. */
export const groups = { scope: 'scope', tool: 'tool' };

export const values = { approve: 'approve', partner: 'partner' };

export const buttons = {
  signIn: /sign in|continue|next/i,
  save: /save/i,
  open: /^open production$/i,
  continue: /^continue$/i,
  vouch: /^vouch/i,
  ask: /ask for access/i,
  check: /check your answers/i,
  createCredentials: /create credentials/i,
  showSecret: /show secret/i,
  sendForReview: /send for review/i,
  findDevice: /find the device/i,
  link: /link/i,
  toIntegration: /link to an integration/i,
  decide: /approve|send/i,
  allow: /^allow$/i,
  doNotAllow: /^do not allow$/i,
  suspend: /^suspend/i,
};

/** What the pages say, where a person's safety depends on it (consent, undecided clients). */
export const says = {
  notDecided: /has not decided about|not decided yet/i,
  waiting: /waiting|asked/i,
  newClient: /registers a new client/i,
  inFrontOfYou: /only enter a code from a device that is in front of you/i,
  deviceConnected: /your device is connected/i,
  deviceRefused: /the device was not allowed/i,
  thisComputer: /a program on this computer/i,
  anyProgram: /any program that runs here could ask in the name of this app/i,
  quoted: (name) => new RegExp(`[“"]${name}[”"]`),
};
