import type { Test } from '../../core/contracts/test.ts';
import type { Variant } from '../../core/contracts/variant.ts';
import { variantId } from '../../core/contracts/variant.ts';
import { text } from '../../core/text.ts';
import { ISSUER_FAULTS } from '../../mocks/issuer/faults/index.ts';
import { VERIFIER_FAULTS } from '../../mocks/verifier/faults/index.ts';
import { ISSUANCE_STRAIGHT } from './issuance-straight.ts';
import { PRESENTATION_STRAIGHT } from './presentation-straight.ts';
import type { More } from './rows.ts';
import { base, PLAIN } from './rows.ts';
import { VARIANTS } from './variants.ts';

const FAULTS = new Map([...ISSUER_FAULTS, ...VERIFIER_FAULTS].map((fault) => [fault.id, fault]));

/** Straight tests by variant: the controls. */
const CONTROLS = new Map(
  [...ISSUANCE_STRAIGHT, ...PRESENTATION_STRAIGHT, ...VARIANTS].map((test) => [variantId(test.variant), test.id]),
);

/**
 * A fault that the wallet must refuse. Its id is the fault's, its variant the one in which the fault can be formed, its title the fault's
 * (where there is no such fault, the validation of the definitions says so), its control the straight test of that variant. `other`: another
 * variant under another name.
 */
export function refuses(
  fault: string,
  requirements: readonly string[],
  more: More & { readonly other?: { readonly name: string; readonly variant: Variant } } = {},
): Test {
  const found = FAULTS.get(fault);
  const { other, ...rest } = more;
  const variant = other?.variant ?? found?.variant ?? PLAIN;
  const title = found?.title ?? { en: fault, 'zh-Hant': fault };
  const control = CONTROLS.get(variantId(variant));
  const id = fault.replace(/^(issuer|verifier)\//u, 'wallet/');
  return {
    id: other === undefined ? id : `${id}-${other.name}`,
    kind: 'negative',
    title: text(`Refuses: ${title.en}`, `應拒絕：${title['zh-Hant']}`),
    fault,
    ...(control === undefined ? {} : { control }),
    requirements,
    ...base(variant, rest),
  };
}
