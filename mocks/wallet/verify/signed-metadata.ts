import type { JwtReading } from '../../../protocol/jose/jws.ts';
import { verifyJws } from '../../../protocol/jose/jws.ts';
import { member, num, str } from '../../../protocol/json.ts';
import { must } from '../send.ts';
import type { Session } from '../session.ts';
import { leeway, seconds } from '../session.ts';
import { judgeChain } from './certificates.ts';
import { findIssuerKey } from './issuer-key.ts';

/** Judges signed issuer metadata (OpenID4VCI 12.2.3); throws an Error with the reason. */
export async function verifySignedMetadata(session: Session, jwt: JwtReading, issuer: string): Promise<void> {
  const { header, payload } = jwt;
  must(member(header, 'typ') === 'openidvci-issuer-metadata+jwt', 'typ is not openidvci-issuer-metadata+jwt');
  must(str(payload, 'sub') === issuer, 'sub is not the credential issuer identifier');
  const now = seconds(session);
  const iat = num(payload, 'iat');
  must(iat !== undefined && iat <= now + leeway(session), 'iat is missing or in the future');
  const exp = num(payload, 'exp');
  must(
    member(payload, 'exp') === undefined || (exp !== undefined && exp > now - leeway(session)),
    'the metadata has expired',
  );
  const key = await findIssuerKey(session, header, payload);
  must(key.jwk !== undefined, key.problem ?? 'no key');
  const verified = verifyJws(jwt, key.jwk ?? {});
  must(verified.ok, verified.ok ? '' : verified.message.en);
  const { trust } = session.config;
  if (trust.anyIssuer === true) return;
  must(key.chain !== undefined, 'the signer is not certified, so it cannot be trusted');
  const chain = judgeChain(key.chain ?? [], trust, session.context.ports.clock.now(), false);
  must(chain.ok, chain.errors[0]?.message.en ?? 'untrusted');
}
