// A host of the outside world that publishes a client's metadata document under https, with a
// certificate of its own that is made anew each time. It listens on loopback; the product is told
// where the name leads. It never serves anything else and never outlives this process.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const HOST = 'app.example';
const PATH = '/oauth/client.json';
const LOGO = '/logo.png';

/** The name that a client of this journey gives itself. */
export const NAME = 'Document Notes';

/** A second client of the host, whose document changes. */
export const CHANGING = { name: 'Changing Notes', path: '/oauth/changing.json' };
let changed = {};

/** The second document says this, too, from now on. */
export function change(members) {
  changed = members;
}

/** Starts the host; its certificate goes into `directory`. Returns `{ url, options, stop }`. */
export async function startDocumentHost(directory) {
  const [key, file] = certificate(directory, HOST, 'host');
  const pair = { key: readFileSync(key), cert: readFileSync(file) };
  const server = createServer(pair, answer);
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const address = `${HOST}=127.0.0.1:${server.address().port}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  const options = ['--test-host', address, '--test-root', file];
  return { url: `https://${HOST}${PATH}`, options, stop };
}

/** A key and a certificate for `host`, made anew in `directory`: their files. */
export function certificate(directory, host, name) {
  const [key, file] = [`${name}.key`, `${name}.pem`].map((one) => join(directory, one));
  const named = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  const subject = [...named, '-addext', 'basicConstraints=critical,CA:FALSE'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-days', '1', '-keyout', key, '-out', file];
  execFileSync('openssl', ['req', ...kind, ...subject, ...files], { stdio: 'pipe' });
  return [key, file];
}

function answer(req, res) {
  if (req.url === LOGO) return res.writeHead(200, { 'content-type': 'image/png' }).end(logo());
  const changing = req.url === CHANGING.path;
  if (req.url !== PATH && !changing) return res.writeHead(404).end();
  const document = {
    client_id: `https://${HOST}${req.url}`,
    client_name: changing ? CHANGING.name : NAME,
    logo_uri: `https://${HOST}${LOGO}`,
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    ...(changing ? changed : {}),
  };
  return res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}

/** A PNG of 64 pixels: a ring. */
function logo() {
  const side = 64;
  const rows = [];
  for (let y = 0; y < side; y += 1) {
    const row = [0];
    for (let x = 0; x < side; x += 1) {
      const ring = Math.abs(Math.hypot(x - 32, y - 32) - 20) < 7;
      row.push(...(ring ? [30, 90, 200] : [255, 255, 255]));
    }
    rows.push(Buffer.from(row));
  }
  const size = Buffer.alloc(13);
  size.writeUInt32BE(side, 0);
  size.writeUInt32BE(side, 4);
  size.set([8, 2, 0, 0, 0], 8);
  const parts = [chunk('IHDR', size), chunk('IDAT', deflateSync(Buffer.concat(rows))), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
