// A stranger's MCP client: the official client SDK, in memory, with a callback on a free loopback
// port, as a program on somebody's computer does it.
// It never registers in advance and never opens a browser itself: it hands the address out.

import { createServer } from 'node:http';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

/** One installed copy of the program. */
export class StrangerClient {
  /** What the client keeps between runs; tests read it. */
  kept = {};
  /** The address the person has to visit, once the server has asked for a sign-in. */
  authorizationUrl;
  #callback;
  #answers = [];
  #waiting = [];

  /** Starts the callback listener; `name` is what the program calls itself. */
  static async start(name, options = {}) {
    const client = new StrangerClient();
    client.name = name;
    client.metadata = options.metadata ?? {};
    client.documentUrl = options.documentUrl;
    client.#callback = createServer((req, res) => client.#receive(req, res));
    await new Promise((ready) => client.#callback.listen(0, '127.0.0.1', ready));
    client.redirectUri = `http://127.0.0.1:${client.#callback.address().port}/callback`;
    return client;
  }

  stop() {
    this.#callback.closeAllConnections();
    this.#callback.close();
  }

  /**
   * Connects to an MCP server. Returns the connected SDK client, or undefined when a person has to
   * visit `authorizationUrl` first.
   */
  async connect(serverUrl) {
    this.authorizationUrl = undefined;
    this.transport = new StreamableHTTPClientTransport(new URL(serverUrl), {
      authProvider: this.#provider(),
      onInsufficientScope: 'throw',
    });
    const sdk = new Client({ name: this.name, version: '1.0.0' });
    try {
      await sdk.connect(this.transport);
      return sdk;
    } catch (error) {
      if (error instanceof UnauthorizedError && this.authorizationUrl) return undefined;
      throw error;
    }
  }

  /** Waits for the person's return and exchanges the code; throws what the SDK throws. */
  async finish() {
    const answer = await this.callback();
    if (answer.get('state') !== this.kept.state) throw new Error('state does not match');
    await this.transport.finishAuth(answer);
    return answer;
  }

  /** The query of the next visit to the callback address. */
  callback(timeoutMs = 5000) {
    if (this.#answers.length > 0) return Promise.resolve(this.#answers.shift());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nobody came back')), timeoutMs);
      this.#waiting.push((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  #receive(req, res) {
    const url = new URL(req.url, this.redirectUri);
    res.setHeader('content-type', 'text/html');
    if (url.pathname !== '/callback') return res.writeHead(404).end();
    const waiting = this.#waiting.shift();
    if (waiting) waiting(url.searchParams);
    else this.#answers.push(url.searchParams);
    return res.end('<!doctype html><title>Done</title><h1>You can close this window</h1>');
  }

  /** The SDK's storage interface over `kept`. */
  #provider() {
    const kept = this.kept;
    return {
      redirectUrl: this.redirectUri,
      clientMetadataUrl: this.documentUrl,
      clientMetadata: {
        client_name: this.name,
        redirect_uris: [this.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        ...this.metadata,
      },
      state: () => (kept.state = crypto.randomUUID()),
      clientInformation: () => kept.client,
      saveClientInformation: (client) => void (kept.client = client),
      tokens: () => kept.tokens,
      saveTokens: (tokens) => void (kept.tokens = tokens),
      saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
      codeVerifier: () => kept.verifier,
      discoveryState: () => kept.discovery,
      saveDiscoveryState: (discovery) => void (kept.discovery = discovery),
      invalidateCredentials: (what) => {
        kept.invalidated = [...(kept.invalidated ?? []), what];
        if (what === 'all' || what === 'client') delete kept.client;
        if (what === 'all' || what === 'tokens') delete kept.tokens;
      },
      redirectToAuthorization: (url) => void (this.authorizationUrl = url),
    };
  }
}
