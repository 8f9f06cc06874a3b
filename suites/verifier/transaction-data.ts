import type { Test } from '../../core/contracts/test.ts';
import { text } from '../../core/text.ts';
import { refuses } from './row.ts';
import { TRANSACTION } from './straight.ts';

const AUTHORISED = ['OID4VP-8.4-3'];

/** What the citizen agreed to is what counts (OpenID4VP 8.4, B.3.3.1). */
export const TRANSACTION_DATA: readonly Test[] = [
  refuses(
    'transaction-data/hash-missing',
    'kb-jwt/transaction-data-missing',
    TRANSACTION,
    text('No hash of the transaction data', '沒有交易資料的雜湊'),
    AUTHORISED,
    { why: text('A payment that nobody agreed to must not be made.', '未經任何人同意的付款不得成立。') },
  ),
  refuses(
    'transaction-data/hash-of-other-data',
    'kb-jwt/transaction-data-wrong',
    TRANSACTION,
    text('The hash of other transaction data', '其他交易資料的雜湊'),
    AUTHORISED,
    {
      why: text(
        'The sum that the citizen saw on the phone is the sum that is paid.',
        '民眾在手機上看到的金額，就是實際支付的金額。',
      ),
    },
  ),
  refuses(
    'transaction-data/hash-over-decoded',
    'kb-jwt/transaction-data-decoded',
    TRANSACTION,
    text('The hash over the decoded data instead of the text as it was sent', '對解碼後的資料計算雜湊，而非依原始字串'),
    AUTHORISED,
  ),
];
