/**
 * Where the parts of a plan file are: frontmatter, title, sections, tasks, their blocks. One pass over the lines, which
 * follows CommonMark as far as it decides what is a heading of the plan and what is prose. Reads no YAML.
 */
import { error, type Layout } from './layout.ts';
import { readLine } from './lines.ts';
import { findConflict, findUnfitBytes } from './unfit-text.ts';
import { walkBody } from './walk-body.ts';

/** Finds the parts. Where `faults` holds an error, what follows it may be missing. */
export function findLayout(text: string): Layout {
  const head = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const out: Layout = {
    head,
    frontmatter: undefined,
    title: undefined,
    sections: {},
    tasks: [],
    progress: undefined,
    faults: [],
  };
  const unfit = findUnfitBytes(text);
  if (unfit !== undefined) out.faults.push(unfit);
  else if (findFrontmatter(text, out)) walkBody(text, out);
  return out;
}

function findFrontmatter(text: string, out: Layout): boolean {
  const first = readLine(text, out.head);
  const opener = text.slice(first.start, Math.min(first.end, first.start + 80));
  if (!opener.startsWith('---')) {
    out.faults.push(error('frontmatter-missing', 'The first line is not `---`', first.start));
    return false;
  }
  if (opener.trimEnd() !== '---') {
    const what = 'The first line must be `---` alone; no language can be asked for';
    out.faults.push(error('frontmatter-code', what, first.start + 3));
    return false;
  }
  for (let at = first.next; at < text.length; ) {
    const line = readLine(text, at);
    if (text.startsWith('---', line.start)) {
      if (text.slice(line.start, line.end).trimEnd() === '---') {
        out.frontmatter = { start: first.start, bodyStart: first.next, bodyEnd: line.start, end: line.next };
        return !hasConflict(text, first.next, line.start, out);
      }
      const what = 'A line of the frontmatter starts with `---` and is not its end';
      out.faults.push(error('frontmatter-unclosed', what, line.start));
      return false;
    }
    at = line.next;
  }
  if (!hasConflict(text, first.next, text.length, out)) {
    out.faults.push(
      error('frontmatter-unclosed', 'The `---` of the first line is never closed', first.start),
    );
  }
  return false;
}

function hasConflict(text: string, from: number, to: number, out: Layout): boolean {
  const fault = findConflict(text, from, to);
  if (fault !== undefined) out.faults.push(fault);
  return fault !== undefined;
}
