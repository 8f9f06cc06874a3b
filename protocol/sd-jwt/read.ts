/**
 * Reading SD-JWTs (RFC 9901): `readSdJwt` takes the serialisation apart, `resolveSdJwt` puts the disclosures in place.
 * What is wrong is told by the errors of both.
 */
export { isSdAlg, readDisclosure, readSdJwt, sdDigest, sdHash } from './parse.ts';
export type { Disclosure, SdAlg, SdJwtReading } from './parse.ts';
export { resolveSdJwt } from './resolve.ts';
export type { DisclosedAt, Resolution } from './resolve.ts';
