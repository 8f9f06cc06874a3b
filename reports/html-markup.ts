import { LANGUAGES } from '../core/text.ts';
import type { Text } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';
import { visible } from './printable.ts';
import { VERDICT_WORDS } from './words.ts';

/** Markup that is already safe. Only this file and templates of literals make it. */
export interface Markup {
  readonly markup: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text for an element or a quoted attribute; controls and characters that reorder text are written out as `\u{202e}`. */
export function escapeHtml(value: string): string {
  return visible(value, { lines: true }).replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

type Part = Markup | string | number | undefined | readonly Part[];

function render(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if (isList(part)) return part.map(render).join('');
  return part.markup;
}

function isList(part: Markup | readonly Part[]): part is readonly Part[] {
  return Array.isArray(part);
}

/** A template whose literals are markup and whose values are text, escaped, unless they are Markup. Attributes must be quoted. */
export function html(literals: TemplateStringsArray, ...values: readonly Part[]): Markup {
  let markup = literals[0] ?? '';
  for (const [index, value] of values.entries()) markup += render(value) + (literals[index + 1] ?? '');
  return { markup };
}

/** Both languages; the style shows one. `change` is applied to each (masking, shortening). */
export function both(value: Text, change: (value: string) => string = (same) => same): Markup {
  if (value.en === value['zh-Hant']) return html`${change(value.en)}`;
  return html`${LANGUAGES.map((lang) => html`<span lang="${lang}">${change(value[lang])}</span>`)}`;
}

/** A verdict as a coloured word. */
export function badge(verdict: Verdict): Markup {
  return html`<span class="v ${verdict}">${both(VERDICT_WORDS[verdict])}</span>`;
}
