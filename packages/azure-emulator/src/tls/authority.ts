import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import forge from 'node-forge';

export type Credentials = { caFile: string; cert: string; key: string };

type Pair = forge.pki.rsa.KeyPair;

const validDays = 825;

/**
 * A certificate for loopback by an authority of this folder's own. Made once: whoever trusted it yesterday trusts it today.
 * Only the server's key is kept; the authority's is forgotten, so that nothing else can ever be signed with it.
 */
export async function openAuthority(folder: string): Promise<Credentials> {
  const caFile = join(folder, 'ca.pem');
  const certFile = join(folder, 'server.pem');
  const keyFile = join(folder, 'server-key.pem');
  const fresh = [caFile, certFile, keyFile].every((file) => existsSync(file)) && !endsSoon(readFileSync(certFile, 'utf8'));
  if (!fresh) {
    const made = await make();
    writeFileSync(caFile, made.ca);
    writeFileSync(certFile, made.cert);
    writeFileSync(keyFile, made.key, { mode: 0o600 });
  }
  return { caFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

function endsSoon(certificate: string): boolean {
  const weekMs = 7 * 86_400_000;
  return forge.pki.certificateFromPem(certificate).validity.notAfter.getTime() < Date.now() + weekMs;
}

async function make(): Promise<{ ca: string; cert: string; key: string }> {
  const [authority, server] = await Promise.all([makeKeys(), makeKeys()]);
  const issuer = [{ name: 'commonName', value: 'Destino Azure emulator, this machine only' }];
  const ca = certify(authority, authority.privateKey, { serial: '01', subject: issuer, issuer }, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  const cert = certify(server, authority.privateKey, { serial: '02', subject: [{ name: 'commonName', value: 'localhost' }], issuer }, [
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }] },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: ca.generateSubjectKeyIdentifier().getBytes() },
  ]);
  return { ca: forge.pki.certificateToPem(ca), cert: forge.pki.certificateToPem(cert), key: forge.pki.privateKeyToPem(server.privateKey) };
}

type Names = { serial: string; subject: forge.pki.CertificateField[]; issuer: forge.pki.CertificateField[] };

function certify(pair: Pair, signer: forge.pki.rsa.PrivateKey, names: Names, extensions: object[]): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = pair.publicKey;
  certificate.serialNumber = names.serial;
  certificate.validity.notBefore = new Date(Date.now() - 86_400_000);
  certificate.validity.notAfter = new Date(Date.now() + validDays * 86_400_000);
  certificate.setSubject(names.subject);
  certificate.setIssuer(names.issuer);
  certificate.setExtensions(extensions);
  certificate.sign(signer, forge.md.sha256.create());
  return certificate;
}

function makeKeys(): Promise<Pair> {
  return new Promise((done, fail) => {
    forge.pki.rsa.generateKeyPair({ bits: 2048 }, (error, pair) => (error === null || error === undefined ? done(pair) : fail(error)));
  });
}
