/** The text and the check of a success criterion, as they stand after its box. */

/** Splits `text (check: `command`)`; the command may stand anywhere, in a code span of any number of backticks. */
export function splitCriterion(source: string): {
  readonly text: string;
  readonly check: string | undefined;
} {
  for (let at = source.indexOf('(check:'); at !== -1; at = source.indexOf('(check:', at + 1)) {
    const span = readCheck(source, at);
    if (span === undefined) continue;
    const before = source.slice(0, at).trimEnd();
    const after = source.slice(span.end).trimStart();
    return { text: before === '' || after === '' ? before + after : `${before} ${after}`, check: span.check };
  }
  return { text: source, check: undefined };
}

function readCheck(source: string, at: number): { readonly check: string; readonly end: number } | undefined {
  const open = /^\(check:\s*(`+)/.exec(source.slice(at, at + 200));
  if (open === null) return undefined;
  const marks = open[1] ?? '';
  const from = at + open[0].length;
  for (let end = source.indexOf(marks, from); end !== -1; ) {
    let after = end;
    while (source[after] === '`') after++;
    if (after - end === marks.length) {
      const close = /^\s*\)/.exec(source.slice(after, after + 50));
      return close === null
        ? undefined
        : { check: unpad(source.slice(from, end)), end: after + close[0].length };
    }
    end = source.indexOf(marks, after);
  }
  return undefined;
}

/** One blank at each end of a code span belongs to its marks. */
function unpad(code: string): string {
  return /^ .* $/.test(code) && code.trim() !== '' ? code.slice(1, -1) : code;
}
