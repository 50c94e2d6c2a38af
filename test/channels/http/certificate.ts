import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

// Just enough DER to make certificates while a test runs, so that no key is ever stored.

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  if (content.length < 128) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length = Buffer.from(content.length.toString(16).padStart(4, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
};

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const time = (ms: number): Buffer => der(0x18, Buffer.from(new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')));
const commonName = (name: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
const critical = Buffer.of(0x01, 0x01, 0xff);

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
const BASIC_CONSTRAINTS = '551d13';
const SUBJECT_ALT_NAME = '551d11';

export type Issuer = { readonly name: string; readonly key: KeyObject };
export type Certificate = { readonly cert: string; readonly key: string; readonly issuer: Issuer };

export type CertificateOptions = {
  readonly name: string;
  /** Itself where left out. */
  readonly issuer?: Issuer;
  readonly isAuthority?: boolean;
  readonly host?: string;
  readonly notAfter?: number;
};

const DAY_MS = 24 * 60 * 60 * 1000;

/** An X.509 certificate on P-256 with its key, both PEM; valid from three days ago until tomorrow by default. */
export const makeCertificate = (options: CertificateOptions): Certificate => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = options.issuer ?? { name: options.name, key: privateKey };
  const now = Date.now();
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    commonName(issuer.name),
    sequence(time(now - 3 * DAY_MS), time(options.notAfter ?? now + DAY_MS)),
    commonName(options.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensionsOf(options))),
  );
  const signature = der(0x03, Buffer.of(0), sign('sha256', body, issuer.key));
  const pem = sequence(body, ECDSA_WITH_SHA256, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    issuer: { name: options.name, key: privateKey },
  };
};

const extensionsOf = ({ isAuthority = false, host }: CertificateOptions): Buffer[] => {
  const authority = sequence(oid(BASIC_CONSTRAINTS), critical, der(0x04, sequence(Buffer.of(0x01, 0x01, 0xff))));
  const names = host && sequence(oid(SUBJECT_ALT_NAME), der(0x04, sequence(der(0x82, Buffer.from(host)))));
  return [...(isAuthority ? [authority] : []), ...(names ? [names] : [])];
};
