/** Asymmetric signature algorithms that this project signs and verifies with (RFC 7518, RFC 8037; RFC 9864 for `Ed25519`). */
export const SIGNATURE_ALGS = [
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const;
export type SignatureAlg = (typeof SIGNATURE_ALGS)[number];

export interface SignatureAlgInfo {
  readonly kty: 'EC' | 'OKP' | 'RSA';
  readonly crv?: string;
  /** Name for node:crypto; null where the scheme hashes by itself. */
  readonly hash: string | null;
  readonly pss?: true;
  /** Bytes of a signature, where fixed. */
  readonly signatureBytes?: number;
}

const INFO: Readonly<Record<SignatureAlg, SignatureAlgInfo>> = {
  ES256: { kty: 'EC', crv: 'P-256', hash: 'sha256', signatureBytes: 64 },
  ES384: { kty: 'EC', crv: 'P-384', hash: 'sha384', signatureBytes: 96 },
  ES512: { kty: 'EC', crv: 'P-521', hash: 'sha512', signatureBytes: 132 },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', hash: null, signatureBytes: 64 },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', hash: null, signatureBytes: 64 },
  RS256: { kty: 'RSA', hash: 'sha256' },
  RS384: { kty: 'RSA', hash: 'sha384' },
  RS512: { kty: 'RSA', hash: 'sha512' },
  PS256: { kty: 'RSA', hash: 'sha256', pss: true },
  PS384: { kty: 'RSA', hash: 'sha384', pss: true },
  PS512: { kty: 'RSA', hash: 'sha512', pss: true },
};

/** True if the name is one of SIGNATURE_ALGS. */
export function isSignatureAlg(name: unknown): name is SignatureAlg {
  return typeof name === 'string' && Object.hasOwn(INFO, name);
}

/** What an algorithm needs of its key, and how node:crypto is told. */
export function algInfo(alg: SignatureAlg): SignatureAlgInfo {
  return INFO[alg];
}

/** Names of MAC algorithms: a JWS that must be asymmetrically signed never has one. */
export function isSymmetricAlg(name: string): boolean {
  return /^HS(256|384|512)$/.test(name);
}

export interface Curve {
  /** Name for node:crypto createECDH; undefined for the Edwards and Montgomery curves. */
  readonly openssl?: string;
  /** Bytes of a coordinate, or of an OKP key. */
  readonly bytes: number;
  /** Group order of a Weierstrass curve. */
  readonly order?: bigint;
  /** PKCS #8 prefix before the seed of an OKP key (RFC 8410 7). */
  readonly pkcs8?: string;
}

/** Curves by their JWK name. */
export const CURVES: Readonly<Record<string, Curve>> = {
  'P-256': {
    openssl: 'prime256v1',
    bytes: 32,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'P-384': {
    openssl: 'secp384r1',
    bytes: 48,
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  'P-521': {
    openssl: 'secp521r1',
    bytes: 66,
    order: (1n << 521n) - (1n << 260n) + 0xa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  },
  Ed25519: { bytes: 32, pkcs8: '302e020100300506032b657004220420' },
  X25519: { bytes: 32, pkcs8: '302e020100300506032b656e04220420' },
};

/** Curve by JWK name; undefined if unknown (also for names such as `constructor`). */
export function curve(name: unknown): Curve | undefined {
  return typeof name === 'string' && Object.hasOwn(CURVES, name) ? CURVES[name] : undefined;
}
