// Time-based one-time passwords (RFC 6238, SHA-1, 6 digits, 30 s) as an authenticator app makes
// them. It never gives the same code twice: a server is right to refuse a replay.

import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 30_000;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const lastStep = new Map();

/** The code for a base32 secret; waits for the next step when this one's code was used already. */
export async function totp(secret) {
  let step = Math.floor(Date.now() / STEP_MS);
  const used = lastStep.get(secret) ?? 0;
  if (step <= used) {
    step = used + 1;
    await sleep(step * STEP_MS - Date.now() + 50);
  }
  lastStep.set(secret, step);
  return hotp(decodeBase32(secret), step);
}

/** RFC 4226 section 5.3. */
export function hotp(key, counter) {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac('sha1', key).update(message).digest();
  const offset = digest[19] & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

function decodeBase32(text) {
  const bits = [...text.toUpperCase().replace(/[\s=]/g, '')]
    .map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
