import { createHmac } from 'node:crypto';

export const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A signed token with exactly these parts; `hash` is the HMAC's, or '' for an empty signature. */
export function sign(claims, secret, { header = { alg: 'HS256', typ: 'JWT' }, hash = 'sha256' } = {}) {
  const signed = `${base64url(header)}.${base64url(claims)}`;
  return `${signed}.${hash ? createHmac(hash, secret).update(signed).digest('base64url') : ''}`;
}

export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}

export function headerOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
}
