/** `logs --follow`: prints what a worker writes until its attempt ends. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as pause } from 'node:timers/promises';
import type { Teller } from '../ports.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { inert } from './print/inert.ts';
import type { Session } from './session.ts';

const EVERY_MS = 200;
/** What was there before is shown from here. */
const TAIL_BYTES = 64 * 1024;

export async function followLog(
  session: Session,
  target: PlanFile,
  task: string,
  attempt: number,
  raw: boolean,
): Promise<undefined> {
  const { host, outside } = session;
  const stop = new AbortController();
  const release = host.onInterrupt(() => stop.abort());
  const told = raw ? null : outside.workers.teller(target.name, task, attempt);
  const log = join(outside.workers.directory(target.name, task, attempt), 'log');
  const tail = new LogTail(log, { wholeLines: told !== null });
  const put = told === null ? (text: string) => text : inLines(told);
  try {
    for (;;) {
      const over = isOver(session, target, task, attempt);
      const end = over || stop.signal.aborted;
      const text = put(tail.read(), end);
      if (text !== '') host.stdout.write(inert(text));
      if (end) return undefined;
      await pause(EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    release();
  }
}

/** Takes a text in pieces, and tells each line once it is there; at the end also the last one. */
function inLines(teller: Teller): (text: string, end: boolean) => string {
  let rest = '';
  return (text, end) => {
    const lines = (rest + text).split('\n');
    rest = end ? '' : (lines.pop() ?? '');
    if (end && lines.at(-1) === '') lines.pop();
    return lines.map((line) => teller.tell(line)).join('');
  };
}

/** Asked before the last read, so that nothing written before the end is missed. */
function isOver({ outside }: Session, target: PlanFile, task: string, attempt: number): boolean {
  const run = outside.workers.runs(target.name).find((r) => r.task === task && r.attempt === attempt);
  return run === undefined || run.state.kind === 'ended' || run.state.kind === 'lost';
}

/** Reads on where it stopped; a log that was begun anew (they are bounded) is read from its start. */
class LogTail {
  readonly #file: string;
  readonly #wholeLines: boolean;
  readonly #decoder = new StringDecoder('utf8');
  #inode = 0;
  #at = 0;
  /** Whether what is read next begins within a line that is to be left out. */
  #cut = false;

  constructor(file: string, { wholeLines }: { readonly wholeLines: boolean }) {
    this.#file = file;
    this.#wholeLines = wholeLines;
  }

  read(): string {
    const fd = open(this.#file);
    if (fd === undefined) return '';
    try {
      const { ino, size } = fstatSync(fd);
      if (ino !== this.#inode) {
        this.#at = this.#inode === 0 ? Math.max(0, size - TAIL_BYTES) : 0;
        this.#cut = this.#wholeLines && this.#at > 0;
      }
      this.#inode = ino;
      const bytes = Buffer.alloc(Math.max(0, size - this.#at));
      const read = readSync(fd, bytes, 0, bytes.length, this.#at);
      this.#at += read;
      return this.#fromLine(this.#decoder.write(bytes.subarray(0, read)));
    } finally {
      closeSync(fd);
    }
  }

  #fromLine(text: string): string {
    if (!this.#cut) return text;
    const start = text.indexOf('\n') + 1;
    this.#cut = start === 0;
    return start === 0 ? '' : text.slice(start);
  }
}

function open(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch {
    return undefined; // not begun yet, or just being replaced
  }
}
