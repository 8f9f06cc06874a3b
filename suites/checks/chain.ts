import type { MessageView, Observation, RunView } from '../../core/contracts/check.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { member } from '../../protocol/json.ts';
import { readX5c } from '../../protocol/jose/x5c.ts';
import { sameBytes } from '../../protocol/encoding.ts';
import { verifyChain } from '../../protocol/x509.ts';
import { trustAnchors } from './keys.ts';
import { rule, text } from './kit.ts';

/** Requirement ids of the three rules that HAIP 1.0 repeats for everything that is signed with a certificate. */
export interface ChainRules {
  /** x5c is there, and its chain holds together. */
  readonly present: string;
  /** The trust anchor is not in it. */
  readonly anchor: string;
  /** The signing certificate is not self-signed. */
  readonly selfSigned?: string;
}

/** Judges the x5c header of something signed. Trust itself is not judged: whom a relying party trusts is its own affair. */
export function* chainObservations(
  message: MessageView,
  header: JsonObject,
  run: RunView,
  rules: ChainRules,
): Generator<Observation> {
  const { certificates, errors } = readX5c(member(header, 'x5c'));
  const chain = certificates.length === 0 ? [] : verifyChain(certificates, { at: message.entry.at }).errors;
  const wrong = [...errors, ...chain][0];
  yield rule(
    wrong === undefined,
    message,
    text(
      `x5c is missing or unsound: ${wrong?.message.en ?? ''}`,
      `缺少 x5c 或其有誤：${wrong?.message['zh-Hant'] ?? ''}`,
    ),
    { requirements: [rules.present] },
  );
  const leaf = certificates[0];
  if (leaf === undefined) return;
  if (rules.selfSigned !== undefined) {
    yield rule(!leaf.selfSigned, message, text('The signing certificate is self-signed', '簽章憑證為自簽憑證'), {
      requirements: [rules.selfSigned],
      seen: leaf.subject,
    });
  }
  const anchors = trustAnchors(run);
  const root = certificates.find(
    (certificate, index) =>
      (index > 0 && certificate.selfSigned) || anchors.some((anchor) => sameBytes(anchor.der, certificate.der)),
  );
  yield rule(root === undefined, message, text('The trust anchor is in x5c', 'x5c 中含有信任錨憑證'), {
    requirements: [rules.anchor],
    ...(root === undefined ? {} : { seen: root.subject }),
  });
}
