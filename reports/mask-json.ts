/**
 * Replaces values of JSON members in raw text, whatever the text around them is: what was sent stays as it was sent,
 * also if it is no valid JSON. One pass, no recursion.
 *
 * `replace` gets the name and the value (a string, or the digits of a number) and returns the text to show instead of the
 * value, or undefined to leave it.
 */
export function maskJsonMembers(source: string, replace: (name: string, value: string) => string | undefined): string {
  let result = '';
  let copied = 0;
  let at = source.indexOf('"');
  while (at !== -1) {
    const nameEnd = stringEnd(source, at);
    const colon = skipSpace(source, nameEnd + 1);
    if (source[colon] !== ':') {
      // The quote that closed this string may open the next one: in broken text nobody knows which is which.
      at = nameEnd < source.length ? nameEnd : -1;
      continue;
    }
    const start = skipSpace(source, colon + 1);
    const end = source[start] === '"' ? stringEnd(source, start) + 1 : numberEnd(source, start);
    if (end > start) {
      const quoted = source[start] === '"';
      const value = quoted ? unescaped(source.slice(start + 1, end - 1)) : source.slice(start, end);
      const shown = replace(unescaped(source.slice(at + 1, nameEnd)), value);
      if (shown !== undefined) {
        result += source.slice(copied, start) + JSON.stringify(shown);
        copied = end;
      }
    }
    at = source.indexOf('"', Math.max(end, start));
  }
  return result + source.slice(copied);
}

/** Index of the quote that closes the string opened at `start`; the end of the text if none does. */
function stringEnd(source: string, start: number): number {
  for (let index = start + 1; index < source.length; index++) {
    const unit = source.charCodeAt(index);
    if (unit === 0x22) return index;
    if (unit === 0x5c) index++;
  }
  return source.length;
}

function skipSpace(source: string, start: number): number {
  let index = start;
  while (index < source.length && ' \t\r\n'.includes(source.charAt(index))) index++;
  return index;
}

function numberEnd(source: string, start: number): number {
  let index = start;
  while (index < source.length && '-+.0123456789eE'.includes(source.charAt(index))) index++;
  return index;
}

function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}
