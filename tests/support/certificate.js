import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Writes a certificate for 127.0.0.1 that signs itself, and its key, as PEM files; returns the certificate. */
export function makeCertificate({ name, certificate, key }) {
  const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...options, ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  return readFileSync(certificate, 'utf8');
}
