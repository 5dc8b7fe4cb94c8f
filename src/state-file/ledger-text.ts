/** The text of a ledger: read as it was typed, printed as the documented schema shows it, edited in place where that works. */
import { isMap, isScalar, isSeq } from 'yaml';
import type { Problem } from '../errors.ts';
import { type Checkpoint, type Ledger, ledgerSchema } from '../model/ledger.ts';
import { sameValue } from '../model/same-value.ts';
import type { Fault } from './layout.ts';
import { toProblems } from './parse-plan.ts';
import { printCheckpoint, printLedger, printLedgerPair } from './print-ledger.ts';
import { lineAfter, lineEndOf, lineStart, type Splice, splice } from './splices.ts';
import { findUnfitText } from './unfit-text.ts';
import { findPair, parseYaml, readYaml, startOf } from './yaml-read.ts';

export interface ReadLedger {
  /** Undefined where it cannot be read; then `problems` says why, each at its place. */
  readonly ledger: Ledger | undefined;
  readonly problems: readonly Problem[];
  /** Whether it reads well, and has nothing of a ledger: somebody's other file. */
  readonly isOther: boolean;
}

export function parseLedger(text: string, file: string): ReadLedger {
  const faults = [findUnfitText(text)].filter((fault) => fault !== undefined);
  const head = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const typed = readYaml(faults.length > 0 ? '' : text.slice(head));
  const found = ledgerSchema.safeParse(typed.value);
  const all: readonly Fault[] =
    faults.length + typed.faults.length > 0
      ? [...faults, ...typed.faults]
      : (found.error?.issues ?? []).map((issue) => ({
          code: 'ledger-broken',
          severity: 'error',
          message: `${issue.path.join('.') || 'the ledger'}: ${issue.message.toLowerCase()}`,
          offset: typed.offsetOf(issue.path),
        }));
  const broken = all.map((fault) => ({
    ...fault,
    code: 'ledger-broken' as const,
    offset: fault.offset + head,
  }));
  return {
    ledger: broken.length === 0 ? found.data : undefined,
    problems: toProblems(text, file, broken),
    isOther: faults.length + typed.faults.length === 0 && hasOtherFields(typed.value),
  };
}

function hasOtherFields(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && !keys.some((key) => OWN_FIELDS.has(key));
}

/** `version` and `status` alone are of any file. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'workflow_id',
  'workflow_type',
  'current_step',
  'checkpoints',
]);

export interface EditedLedger {
  readonly text: string;
  /** Whether all of it was printed anew, so that comments and layout of the old text are gone. */
  readonly rewritten: boolean;
}

/**
 * The text with another content. Values are replaced where they stand and checkpoints go behind those that stay, every
 * other byte staying; where that does not give what is wanted, the whole is printed anew.
 */
export function editLedger(text: string, from: Ledger, to: Ledger): EditedLedger {
  const edited = editInPlace(text, from, to);
  const proved = edited === undefined ? undefined : parseLedger(edited, '').ledger;
  if (edited !== undefined && proved !== undefined && sameValue(proved, to))
    return { text: edited, rewritten: false };
  return { text: printLedger(to), rewritten: text !== printLedger(from) };
}

function editInPlace(text: string, from: Ledger, to: Ledger): string | undefined {
  const root: unknown = parseYaml(text).contents;
  if (!isMap(root) || root.flow === true) return undefined;
  const splices: Splice[] = [];
  for (const [key, value] of Object.entries(to)) {
    if (sameValue(value, from[key as keyof Ledger])) continue;
    const node = findPair(root, key)?.value;
    const made =
      key === 'checkpoints'
        ? changeTail(text, node, from.checkpoints, to.checkpoints)
        : replaceScalar(text, node, printLedgerPair(key, value).slice(key.length + 2));
    if (made === undefined) return undefined;
    splices.push(made);
  }
  return splice(
    text,
    splices.sort((a, b) => a.start - b.start),
  );
}

function replaceScalar(text: string, node: unknown, value: string): Splice | undefined {
  if (!isScalar(node) || !Array.isArray(node.range) || text.slice(node.range[0], node.range[1]) === '')
    return undefined;
  const [start, end] = node.range;
  const isPlain = node.type === 'PLAIN' && /^"[\w:.-]+"$/.test(value);
  return { start, end, text: isPlain ? value.slice(1, -1) : value };
}

/** What the lists share at their start stays; what follows it is cut, where nobody wrote a comment there, and put anew. */
function changeTail(
  text: string,
  node: unknown,
  from: readonly Checkpoint[],
  to: readonly Checkpoint[],
): Splice | undefined {
  if (!isSeq(node) || node.flow === true || from.length === 0) return undefined;
  const differs = from.findIndex((each, i) => !sameValue(each, to[i]));
  const kept = differs < 0 ? from.length : differs;
  const marks = node.items.map((item) => text.lastIndexOf('-', startOf(item)));
  const indent = text.slice(lineStart(text, marks[0] ?? 0), marks[0]);
  const last: unknown = node.items.at(-1);
  if (!/^ *$/.test(indent) || !isMap(last) || !Array.isArray(last.range)) return undefined;
  const end = contentEnd(text, last.range[1]);
  const cut = marks[kept];
  const start = cut === undefined ? end : lineStart(text, cut);
  if (/(^|\s)#/.test(text.slice(start, end))) return undefined;
  const eol = lineEndOf(text, '\n');
  const lines = to.slice(kept).flatMap((each) => printCheckpoint(each, indent));
  const opened = start === 0 || text[start - 1] === '\n' ? '' : eol;
  return { start, end, text: `${opened}${lines.map((line) => `${line}${eol}`).join('')}` };
}

/** After the line on which the last value ends. A block's range may reach over what follows it. */
function contentEnd(text: string, end: number): number {
  let at = end;
  while (at > 0 && /\s/.test(text[at - 1] ?? '')) at -= 1;
  return lineAfter(text, at);
}
