import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { refuses } from './row.ts';
import { ANY_FORM, TWO_CREDENTIALS } from './straight.ts';

const FORM = ['OID4VP-8.6-1', 'OID4VP-8.6-10'];
const REQUIRED = { features: ['required-credentials'] } as const;

/** The form of `vp_token`, and whether the presentations together answer the query (OpenID4VP 8.1, 8.6). */
export const VP_TOKEN: readonly Test[] = [
  refuses(
    'vp-token/credential-missing',
    'presentation-payload/credential-missing',
    TWO_CREDENTIALS,
    text('One of two required credentials is missing', '缺少兩張必要憑證中的一張'),
    ['OID4VP-8.6-8', 'OID4VP-8.6-10'],
    {
      why: text('Where two papers are asked for, one is not enough.', '要求兩份證件時，只交一份不夠。'),
    },
  ),
  refuses(
    'vp-token/query-id-unknown',
    'presentation-payload/query-id-unknown',
    ANY_FORM,
    text('Under an id that was not asked for', '使用未被請求的識別碼'),
    FORM,
    REQUIRED,
  ),
  refuses(
    'vp-token/extra-credential',
    'presentation-payload/extra-credential',
    ANY_FORM,
    text('A credential more than was asked for', '多出一張未被請求的憑證'),
    FORM,
    // A verifier that takes no notice of what it did not ask for harms nobody.
    { severity: 'warning' },
  ),
  refuses(
    'vp-token/multiple-not-allowed',
    'presentation-payload/multiple-not-allowed',
    ANY_FORM,
    text('Two presentations where one was asked for', '只請求一份卻出示兩份'),
    FORM,
    { features: ['single-presentation'] },
  ),
  refuses(
    'vp-token/no-array',
    'presentation-payload/no-array',
    ANY_FORM,
    text('A presentation that stands in no array', '出示內容未置於陣列中'),
    FORM,
  ),
  refuses(
    'vp-token/empty-array',
    'presentation-payload/empty-array',
    ANY_FORM,
    text('An empty array of presentations', '空的出示陣列'),
    FORM,
    REQUIRED,
  ),
];
