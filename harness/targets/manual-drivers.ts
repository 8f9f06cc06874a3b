import type {
  DriverContext,
  IssuerDriver,
  VerifierDriver,
  WalletDriver,
  WalletReport,
} from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import { variantId } from '../../core/contracts/variant.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Language, Text } from '../../core/text.ts';
import { text } from '../../core/text.ts';
import type { Terminal } from './terminal.ts';
import { printable, say } from './terminal.ts';

/** A person makes the offers in the target's own user interface and pastes them here. */
export function manualIssuerDriver(terminal: Terminal, language: Language): IssuerDriver {
  return {
    role: 'issuer',
    offer: async (wish, { signal }) => {
      const wanted = variantId(wish);
      const question = text(
        `Make a fresh offer at the issuer (${wanted}) and paste its link; empty if it cannot: `,
        `請在發行端建立一個新的 offer（${wanted}），並貼上連結；若無法建立請直接按 Enter：`,
      );
      const link = await askLink(terminal, say(question, language), signal);
      if (wish.txCode !== true) return { link };
      const code = text('Transaction code (empty if there is none): ', '交易碼（沒有請直接按 Enter）：');
      const txCode = (await ask(terminal, say(code, language), signal)).trim();
      return { link, ...(txCode === '' ? {} : { txCode }) };
    },
  };
}

/** A person scans a QR code with the wallet and says what it did. */
export function manualWalletDriver(terminal: Terminal, language: Language): WalletDriver {
  return {
    role: 'wallet',
    reports: true,
    open: async (link, hint, context) => {
      terminal.show(await qr(link));
      terminal.show(printable(link, 8000));
      if (hint.txCode !== undefined) {
        terminal.show(say(text(`Transaction code: ${hint.txCode}`, `交易碼：${hint.txCode}`), language));
      }
      terminal.show(say(hint.consent === 'decline' ? DECLINE : GIVE, language));
      const done = askOutcome(terminal, language, WALLET_KEYS, context);
      done.catch(() => {});
      return { done };
    },
  };
}

/** A person starts the presentation at the relying party, pastes the link, and says what the relying party showed. */
export function manualVerifierDriver(terminal: Terminal, language: Language): VerifierDriver {
  return {
    role: 'verifier',
    reports: true,
    request: async (wish, { signal }) => {
      const wanted = variantId(wish);
      const question = text(
        `Start a presentation at the verifier (${wanted}) and paste its link; empty if it cannot: `,
        `請在驗證端發起一次出示要求（${wanted}），並貼上連結；若無法建立請直接按 Enter：`,
      );
      return { link: await askLink(terminal, say(question, language), signal) };
    },
    result: (_made, context) => askOutcome(terminal, language, VERIFIER_KEYS, context),
  };
}

interface Key {
  readonly key: string;
  readonly outcome: Outcome;
  readonly label: Text;
}

const GIVE = text(
  'Scan it with the wallet, or open the link on the phone, and agree.',
  '請以皮夾掃描，或在手機上開啟連結，並同意。',
);
const DECLINE = text(
  'Scan it with the wallet, or open the link on the phone, and decline when it asks.',
  '請以皮夾掃描，或在手機上開啟連結，並在詢問時拒絕。',
);

const WALLET_KEYS: readonly Key[] = [
  { key: 'a', outcome: 'accepted', label: text('it accepted', '接受') },
  { key: 'w', outcome: 'warned', label: text('it warned, then went on', '顯示警告後繼續') },
  { key: 'e', outcome: 'refused', label: text('it showed an error', '顯示錯誤') },
  { key: 'd', outcome: 'declined-by-user', label: text('it asked, and I declined', '詢問後由我拒絕') },
  { key: 'c', outcome: 'crashed', label: text('it crashed', '當機') },
  { key: 'n', outcome: 'nothing', label: text('nothing happened', '沒有反應') },
];

const VERIFIER_KEYS: readonly Key[] = [
  { key: 'a', outcome: 'accepted', label: text('it accepted the presentation', '接受出示內容') },
  { key: 'e', outcome: 'refused', label: text('it refused, or showed an error', '拒絕或顯示錯誤') },
  { key: 'c', outcome: 'crashed', label: text('it crashed', '當機') },
  { key: 'n', outcome: 'nothing', label: text('nothing happened', '沒有反應') },
];

async function askOutcome(
  terminal: Terminal,
  language: Language,
  keys: readonly Key[],
  { signal }: DriverContext,
): Promise<WalletReport> {
  const choices = keys.map(({ key, label }) => `[${key}] ${say(label, language)}`).join('  ');
  for (;;) {
    let answer: string;
    try {
      answer = await ask(terminal, `${choices}: `, signal);
    } catch (error) {
      if (signal.aborted) return { outcome: 'unknown', detail: 'nobody answered in time' };
      throw error;
    }
    const chosen = keys.find(({ key }) => key === answer.trim().toLowerCase());
    if (chosen !== undefined) return { outcome: chosen.outcome, detail: chosen.label.en };
  }
}

async function askLink(terminal: Terminal, question: string, signal: AbortSignal): Promise<string> {
  const link = (await ask(terminal, question, signal)).trim();
  if (link === '') throw new DriverError('unsupported', 'the person said that the target cannot do this');
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(link))
    throw new DriverError('malformed', `this is no link: ${printable(link, 80)}`);
  return link;
}

async function ask(terminal: Terminal, question: string, signal: AbortSignal): Promise<string> {
  try {
    return await terminal.ask(question, signal);
  } catch (error) {
    throw new DriverError('cancelled', error instanceof Error ? error.message : 'cancelled', { cause: error });
  }
}

/** A link as a QR code of block characters; a link that is too long for one is only shown as text. */
async function qr(link: string): Promise<string> {
  const { toString } = await import('qrcode');
  try {
    return await toString(link, { type: 'utf8', errorCorrectionLevel: 'L' });
  } catch {
    return '';
  }
}
