/**
 * Text of strangers on its way to eyes: whatever steers a terminal, reorders a line or cannot be seen is written out.
 */

/** Controls, invisible formatting (bidi overrides, zero-width, tags), lone surrogates, line separators, private use. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/**
 * `value` with every unseen character as `\u{1b}`. With `lines`, line feeds and tabs stay; otherwise they become spaces,
 * so that the result is one line.
 */
export function visible(value: string, options: { readonly lines?: boolean } = {}): string {
  return value.replace(UNSEEN, (character) => {
    if (character === '\n' || character === '\t') return options.lines === true ? character : ' ';
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** At most `max` UTF-16 units of `value`, with an ellipsis and the number of those left out; never half a character. */
export function shorten(value: string, max: number): string {
  if (value.length <= max) return value;
  const end = isHighSurrogate(value, max - 1) ? max - 1 : max;
  return `${value.slice(0, end)}… (+${value.length - end})`;
}

function isHighSurrogate(value: string, index: number): boolean {
  const unit = value.charCodeAt(index);
  return unit >= 0xd800 && unit <= 0xdbff;
}

const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
/** East Asian Wide and Fullwidth, and what terminals draw as coloured emoji. */
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]$/u;

function widthOf(character: string): number {
  if (character < '\u0300') return character < ' ' ? 0 : 1;
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Columns of a terminal that a line takes: 2 for Chinese characters, 0 for combining marks. */
export function displayWidth(value: string): number {
  let width = 0;
  for (const character of value) width += widthOf(character);
  return width;
}

/** `value` cut to `columns` (with an ellipsis where something is left out). */
export function cut(value: string, columns: number): string {
  let width = 0;
  let end = 0;
  let room = 0;
  for (const character of value) {
    width += widthOf(character);
    if (width > columns) return columns < 1 ? '' : `${value.slice(0, room)}…`;
    end += character.length;
    if (width <= columns - 1) room = end;
  }
  return value;
}

/** `value` cut or filled with spaces to exactly `columns`. */
export function fit(value: string, columns: number): string {
  const short = cut(value, columns);
  return short + ' '.repeat(Math.max(0, columns - displayWidth(short)));
}

/** `value` in lines of at most `columns`, broken at spaces and between wide characters; a longer word is broken anywhere. */
export function wrap(value: string, columns: number): string[] {
  const limit = Math.max(2, columns);
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const word of value.match(/ +|[^ \u2e80-\uffef]+|[\u2e80-\uffef]/gu) ?? []) {
    const wordWidth = displayWidth(word);
    if (width + wordWidth <= limit) {
      line += word;
      width += wordWidth;
      continue;
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = '';
    width = 0;
    if (word.startsWith(' ')) continue;
    for (const character of word) {
      if (width + widthOf(character) > limit) {
        lines.push(line);
        line = '';
        width = 0;
      }
      line += character;
      width += widthOf(character);
    }
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}
