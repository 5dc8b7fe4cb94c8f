/** Which characters do something to a text without being seen in it: they move, hide, reorder or join. */

/** Controls, format characters and separators of lines, other than newline and tab; Arabic number signs are seen. */
const HIDDEN =
  /(?![\n\t\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Replaces each of them in prose, but for joiners where they belong. */
export function replaceHidden(text: string, by: (c: string) => string): string {
  return text.replace(HIDDEN, (c, at: number) =>
    (c === '\u200c' || c === '\u200d') && joins(text.slice(Math.max(0, at - 4), at), text.slice(at, at + 3))
      ? c
      : by(c),
  );
}

/** A joiner says how letters of some scripts are drawn, and makes one picture of several. */
function joins(before: string, after: string): boolean {
  // Made here: such classes cost milliseconds, and hardly a text has joiners.
  const script =
    /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}]/u;
  const [last = '', next = ''] = [[...before].at(-1), [...after].at(1)];
  if (script.test(last) && script.test(next)) return true;
  return (
    after.startsWith('\u200d') &&
    /[\p{Emoji_Modifier}\p{Extended_Pictographic}]\ufe0f?$/u.test(before) &&
    /^\p{Extended_Pictographic}/u.test(next)
  );
}

/**
 * In a command that somebody is to approve: every one, with what is not drawn at all, blanks that are no space to a shell,
 * and what no font has.
 */
export function replaceHiddenInCommand(text: string, by: (c: string) => string): string {
  return text.replace(
    /(?![\n\t ])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/gu,
    by,
  );
}
