/** A text that a user reads: always in both languages, beside its owner. */
export interface Text {
  readonly en: string;
  readonly 'zh-Hant': string;
}

export type Language = keyof Text;

export const LANGUAGES: readonly Language[] = ['en', 'zh-Hant'];

/** Builds a Text. Both languages are mandatory, so that a missing translation does not compile. */
export function text(en: string, zhHant: string): Text {
  return { en, 'zh-Hant': zhHant };
}
