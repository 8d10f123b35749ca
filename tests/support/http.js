import http from 'node:http';
import https from 'node:https';

/**
 * One request on a connection of its own, so that no test meets another's keep-alive connection.
 * Resolves with {status, headers, bytes, text}. Whom to trust over https is in `https.globalAgent.options.ca`.
 */
export function request(url, { method = 'GET', headers = {}, body, signal } = {}) {
  return new Promise((resolve, reject) => {
    const protocol = url.toString().startsWith('https:') ? https : http;
    const { ca } = https.globalAgent.options;
    const sent = protocol.request(url, { method, headers, agent: false, signal, ca }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode, headers: response.headers, bytes, text: bytes.toString() });
      });
    });
    sent.on('error', reject);
    if (Array.isArray(body)) {
      for (const part of body) sent.write(part);
      sent.end();
    } else {
      sent.end(body);
    }
  });
}
