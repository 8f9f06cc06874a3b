import { text } from '../core/text.ts';
import { bodyText } from '../core/trace/body.ts';
import type { MessageEntry } from '../core/trace/entries.ts';
import type { Verdict } from '../core/verdict.ts';
import { badge, both, html } from './html-markup.ts';
import type { Markup } from './html-markup.ts';
import type { RunRecord } from './run.ts';

/** Characters of one body, and of all bodies together, that a page shows; the rest is in the trace. */
const LONGEST_BODY = 32_768;
const LONGEST_ALL = 8_000_000;

const WORDS = {
  left: (shown: number, size: number) =>
    text(
      `Shown: ${shown} of ${size} bytes. The rest is in the trace.`,
      `僅顯示 ${size} 位元組中的 ${shown} 個，其餘見軌跡檔。`,
    ),
  omitted: (count: number) =>
    text(
      `${count} messages are left out of this page because of its size; they are in the trace.`,
      `因頁面大小限制，有 ${count} 則訊息未列出，請見軌跡檔。`,
    ),
  outside: text('outside of any test', '不屬於任何測試'),
  author: {
    sut: text('made by the system under test', '由受測系統產生'),
    harness: text('made by the harness', '由測試工具產生'),
    third: text('made by a third party', '由第三方產生'),
  },
  base64: text('not text: base64', '非文字內容：base64'),
  inside: (seq: number) => text(`inside message ${seq}`, `位於訊息 ${seq} 之內`),
};

export interface MessagesMarkup {
  readonly markup: Markup;
  /** Messages that have an anchor on the page. */
  readonly shown: ReadonlySet<number>;
}

/** Messages by flow; where the page would become too long, flows of tests that are not green go first. */
export function messagesByFlow(run: RunRecord): MessagesMarkup {
  const flows = new Map<string | undefined, MessageEntry[]>();
  for (const message of run.messages) {
    const list = flows.get(message.flow);
    if (list === undefined) flows.set(message.flow, [message]);
    else list.push(message);
  }
  const tests = new Map<string, { readonly id: string; readonly verdict: Verdict }[]>();
  const cited = new Set<number>();
  for (const { id, verdict, flows: own, findings } of run.results.tests) {
    for (const flow of own) tests.set(flow, [...(tests.get(flow) ?? []), { id, verdict }]);
    for (const finding of findings) {
      if (finding.verdict !== 'pass') for (const seq of finding.evidence) cited.add(seq);
    }
  }
  const urgent = (flow: string | undefined): boolean =>
    (tests.get(flow ?? '') ?? []).some(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable');
  const order = [...flows.keys()].sort((a, b) => Number(urgent(b)) - Number(urgent(a)));

  let left = LONGEST_ALL;
  const shown = new Set<number>();
  const take = (message: MessageEntry): void => {
    const size = Math.min(message.body.bytes.length, LONGEST_BODY) + 500;
    if (shown.has(message.seq) || size > left) return;
    left -= size;
    shown.add(message.seq);
  };
  for (const message of run.messages) if (cited.has(message.seq)) take(message);
  for (const flow of order) for (const message of flows.get(flow) ?? []) take(message);

  const sections = [...flows].map(([flow, messages]) => {
    const kept = messages.filter(({ seq }) => shown.has(seq));
    if (kept.length === 0) return undefined;
    const owners = tests.get(flow ?? '') ?? [];
    return html`<details>
<summary>${flow === undefined ? both(WORDS.outside) : html`<code>${flow}</code>`} ${owners.map(({ id, verdict }) => html` ${badge(verdict)} <code>${id}</code>`)}</summary>
${kept.map((message) => messageMarkup(message, run))}
</details>
`;
  });
  const omitted = run.messages.length - shown.size;
  return {
    shown,
    markup: html`${omitted > 0 ? html`<p class="note">${both(WORDS.omitted(omitted))}</p>` : undefined}${sections}`,
  };
}

function messageMarkup(message: MessageEntry, run: RunRecord): Markup {
  const { http, body } = message;
  const whole = run.mask.text(body.encoding === 'utf8' ? bodyText(body) : body.bytes);
  const content = whole.slice(0, LONGEST_BODY);
  const cut = content.length < whole.length || body.truncated === true;
  const start =
    http === undefined
      ? undefined
      : 'url' in http
        ? `${http.method} ${run.mask.text(http.url)}`
        : `HTTP ${http.status}`;
  const headers = http?.headers.map(([name, value]) => `${name}: ${run.mask.header(name, value)}`).join('\n') ?? '';
  const parent = message.parent === undefined ? undefined : html` · ${both(WORDS.inside(message.parent))}`;
  return html`<details id="m${message.seq}">
<summary>${message.seq} <strong>${message.kind}</strong> ${message.sender} → ${message.receiver} <span class="dim">${start?.slice(0, 200)}</span></summary>
<p class="dim">${both(WORDS.author[message.author] ?? WORDS.author.third)} · ${message.channel} · ${timeOf(message.at)}${parent}${body.encoding === 'base64' ? html` · ${both(WORDS.base64)}` : undefined}</p>
${
  start === undefined
    ? undefined
    : html`<pre>${start}
${headers}</pre>`
}${content === '' ? undefined : html`<pre>${content}</pre>`}${cut ? html`<p class="dim">${both(WORDS.left(content.length, body.size))}</p>` : undefined}
</details>
`;
}

function timeOf(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : '';
}
