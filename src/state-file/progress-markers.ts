/**
 * `<!-- rondo:progress -->` and `<!-- /rondo:progress -->`: between the two Rondo keeps text that it derives from the
 * plan, so no line there counts as part of it.
 */
import { type Line, readLine } from './lines.ts';
import { closesFence, type FenceMark, fenceMark } from './markdown.ts';
import { findConflict } from './unfit-text.ts';
import { stop, type Walk, warn } from './walk.ts';

const MARK = /^<!--[ \t]*(\/?)rondo:progress[ \t]*-->[ \t]*$/;

/** Which of the markers a line holds, alone and at the margin. */
export function progressMark(text: string, line: Line): 'open' | 'close' | undefined {
  if (line.indent > 3 || !text.startsWith('<!--', line.at)) return undefined;
  const mark = MARK.exec(text.slice(line.at, Math.min(line.end, line.at + 200)));
  return mark === null ? undefined : mark[1] === '' ? 'open' : 'close';
}

/** Takes a marker, and with an opening one all lines to the closing one; false where the line is another comment. */
export function takeProgressMark(walk: Walk, line: Line, depth: number): boolean {
  const mark = progressMark(walk.text, line);
  if (mark === undefined) return false;
  if (depth > 0) return tell(walk, line, 'A progress marker inside a list item does nothing');
  if (mark === 'close') return tell(walk, line, 'No progress marker is open that this one would close');
  const next = walk.endless ? undefined : findMark(walk.text, line.next);
  walk.endless = next === undefined;
  if (next?.mark !== 'close') return tell(walk, line, 'The progress marker opened here is never closed');
  takePair(walk, line, next.line);
  return true;
}

function tell(walk: Walk, line: Line, message: string): true {
  walk.out.progress = 'unclear';
  warn(walk, 'progress-markers', line.at, message);
  return true;
}

/** The next marker of either kind that no fence holds. */
function findMark(text: string, from: number) {
  let fence: FenceMark | undefined;
  for (let at = from; at < text.length; ) {
    const line = readLine(text, at);
    at = line.next;
    if (line.indent > 3 || line.at === line.end) continue;
    if (fence !== undefined) {
      if (closesFence(text, line.at, line.end, fence)) fence = undefined;
      continue;
    }
    fence = fenceMark(text, line.at, line.end);
    const mark = progressMark(text, line);
    if (mark !== undefined) return { mark, line };
  }
  return undefined;
}

function takePair(walk: Walk, open: Line, close: Line): void {
  const { text, out, task } = walk;
  const conflict = findConflict(text, open.next, close.start);
  if (conflict !== undefined) {
    stop(walk, conflict);
    return;
  }
  const place = { start: open.start, bodyStart: open.next, bodyEnd: close.start, end: close.next };
  if (out.progress === undefined) out.progress = place;
  else if (out.progress !== 'unclear') tell(walk, open, 'Progress markers stand in more than one place');
  if (task !== undefined) task.progress = [...(task.progress ?? []), place];
  walk.resume = close.next;
}
