import type { Test } from '../../core/contracts/test.ts';
import type { PresentationVariant } from '../../core/contracts/variant.ts';
import type { Text } from '../../core/text.ts';

type More = Partial<Pick<Test, 'why' | 'features' | 'severity' | 'says' | 'last'>>;
type Way = Omit<PresentationVariant, 'kind'>;

/** A straight row: a presentation of a legal form, that the relying party must get. */
export function takes(
  kind: 'positive' | 'variant',
  id: string,
  title: Text,
  way: Way,
  requirements: readonly string[],
  more: More = {},
): Test {
  return {
    id: `verifier/${id}`,
    role: 'verifier',
    kind,
    title,
    variant: { kind: 'presentation', ...way },
    requirements,
    ...more,
  };
}

/**
 * A presentation with one fault of our wallet, which the relying party must not get. Only the relying party's result tells: an HTTP status alone
 * says little. `control` is the straight row of the same form.
 */
export function refuses(
  id: string,
  fault: string,
  control: Test,
  title: Text,
  requirements: readonly string[],
  more: More = {},
): Test {
  return {
    id: `verifier/${id}`,
    role: 'verifier',
    kind: 'negative',
    title,
    variant: control.variant,
    fault: `wallet/${fault}`,
    control: control.id,
    requirements,
    needs: ['result'],
    ...more,
  };
}
