import { expect, it } from 'vitest';
import type { FlowView, MessageView } from '../../core/contracts/check.ts';
import type { Test } from '../../core/contracts/test.ts';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { text } from '../../core/text.ts';
import { issuerExcuse } from './excuse-issuer.ts';

const PRE: IssuanceVariant = { kind: 'issuance', grant: 'pre-authorized_code' };

function excused(
  kind: string,
  status: number,
  error: string | undefined,
  variant: Partial<IssuanceVariant> = {},
  headers: Readonly<Record<string, string>> = {},
): boolean {
  const message = {
    seq: 7,
    kind,
    status,
    author: 'sut',
    value: error === undefined ? undefined : { error },
    header: (name: string) => headers[name],
    counterpart: undefined,
  } as unknown as MessageView;
  const flow = { messages: [message], events: [] } as unknown as FlowView;
  const test: Test = {
    id: 'issuer/x',
    role: 'issuer',
    kind: 'positive',
    title: text('x', 'x'),
    variant: { ...PRE, ...variant },
    requirements: [],
  };
  const value = status >= 500 ? 'crashed' : 'refused';
  return issuerExcuse(test, flow, { value, source: 'wire', detail: '', evidence: [7] }) !== undefined;
}

it.each([
  ['token-error', 401, 'invalid_client', {}, true],
  ['token-error', 401, 'invalid_client', { clientAuthentication: 'private_key_jwt' }, false],
  ['token-error', 400, 'invalid_dpop_proof', {}, true],
  ['token-error', 400, 'invalid_dpop_proof', { dpop: true }, false],
  ['token-error', 400, 'invalid_grant', {}, false],
  ['credential-error', 400, 'invalid_proof', {}, false],
  ['credential-error', 429, undefined, {}, true],
  ['credential-error', 503, undefined, {}, true],
  ['credential-error', 500, undefined, {}, false],
  ['authorization-error', 400, undefined, {}, true],
] as const)('%s %d %s of %o: excused %s', (kind, status, error, variant, expected) => {
  expect(excused(kind, status, error, variant)).toBe(expected);
});

it('a redirect with an error is excused only where the user was needed', () => {
  const back = { location: 'https://wallet.example/cb?error=x' };
  expect(excused('authorization-error', 302, 'login_required', {}, back)).toBe(true);
  expect(excused('authorization-error', 302, 'invalid_scope', {}, back)).toBe(false);
});
