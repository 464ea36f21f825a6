/** Absolute path of the bundled font: Latin, Greek, Cyrillic, Hebrew, Arabic and many symbols; no CJK. */
export const fontFile: string;
/** The family that the file holds. */
export const fontFamily: string;
