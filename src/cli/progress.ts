/** Progress of a run on standard error: a line a round, and on a terminal a block below it with what runs, kept up to date. */
import type { Problem } from '../errors.ts';
import type { NeedDocument, RoundDocument } from '../model/documents.ts';
import { type Plan, taskStatusOf } from '../model/plan.ts';
import { formatDuration, timeMs } from '../model/time.ts';
import { cut, padEnd, wrap } from './print/columns.ts';
import { inertLine } from './print/inert.ts';
import { needLines } from './print/print-needs.ts';
import { queueLines, summariseChanges } from './print/print-round.ts';
import { clockTime, dueTime } from './print/time.ts';
import { batchLine, planDress } from './print/words.ts';
import type { Session } from './session.ts';

export interface Progress {
  round(round: RoundDocument, plan: Plan): void;
  /** A plan inside was moved. */
  inside(round: RoundDocument): void;
  /** `needs` of the plan and of those inside it; `lingering` is what has yet to end of workers that are over. */
  wait(plan: Plan, needs: readonly NeedDocument[], lingering: readonly Problem[]): void;
  /** A round could not be made now and is tried again; said once for the same reason. */
  hindrance(problem: Problem): void;
  /** Takes the block away. */
  clear(): void;
  close(): void;
}

const nothing = () => undefined;
const SILENT: Progress = {
  round: nothing,
  inside: nothing,
  wait: nothing,
  hindrance: nothing,
  clear: nothing,
  close: nothing,
};

export function openProgress(session: Session): Progress {
  if (session.json) return SILENT;
  const live = session.host.stderr.isTTY ? new LiveBlock(session) : undefined;
  let said = '';
  let told: ReadonlySet<string> = new Set();
  const say = (text: string) => {
    live?.erase();
    session.note(text);
    live?.draw();
  };
  return {
    round(round, plan) {
      said = '';
      live?.erase();
      if (round.changed) session.note(roundLine(session, round));
      for (const line of warningLines(round)) session.note(clockLine(session, line));
      live?.show(plan);
    },
    inside: (round) => say(roundLine(session, round, `${inertLine(round.plan)} `)),
    // Without this nobody would know why nothing goes on. Each need is told once for as long as it lasts.
    wait(plan, needs, lingering) {
      const fresh = needs.filter((need) => !told.has(keyOf(need)));
      const idle = idleLine(plan, needs);
      const rest = lingering.filter((each) => !told.has(placeOf(each)));
      const lines = [
        ...needLines(fresh, session.outside.clock.now()),
        ...idle.filter((line) => !told.has(line)),
        ...rest.map(({ message, hint }) => inertLine(`${message}. ${hint}`)),
      ];
      told = new Set([...needs.map(keyOf), ...idle, ...lingering.map(placeOf)]);
      live?.erase();
      for (const line of lines) session.note(clockLine(session, line));
      live?.show(plan);
    },
    hindrance(problem) {
      const { code, message, hint } = problem;
      if (said === message) return;
      said = message;
      const waiting = session.noteStyle.yellow(`waiting[${code}]`);
      say(clockLine(session, `${waiting}: ${inertLine(`${lineOf(problem)}${message} (${hint})`)}`));
    },
    clear: () => live?.clear(),
    close: () => live?.clear(),
  };
}

/** `docs/passkeys-state.md:31:5: `, where the problem has a line; the file alone says nothing that the run does not. */
function lineOf({ file, line, column }: Problem): string {
  if (file === undefined || line === undefined) return '';
  return `${[file, line, ...(column === undefined ? [] : [column])].join(':')}: `;
}

/** `14:02:11 round 3  lint completed, build started  plan awaiting-result`. */
function roundLine(session: Session, round: RoundDocument, of = ''): string {
  const { noteStyle: style } = session;
  const what = summariseChanges(round);
  const status = planDress(round.status, style)(round.status);
  const batch = batchLine(round.batch);
  const line = [
    `${of}round ${round.round}`,
    ...(what === '' ? [] : [what]),
    `plan ${status}`,
    ...(batch === '' ? [] : [style.dim(batch)]),
    ...queueLines(round).map((queued) => style.dim(queued)),
  ].join('  ');
  return clockLine(session, line);
}

/** What passes with a warning is said as it happens: the last round, whose problems are told at the end, knows no more of it. */
function warningLines({ problems }: RoundDocument): readonly string[] {
  return problems
    .filter(({ code, severity }) => SAID_ONCE.has(code) && severity === 'warning')
    .map(({ message }) => inertLine(message));
}

/** What one round finds, and no later one says again. */
const SAID_ONCE: ReadonlySet<string> = new Set([
  'gate-failed',
  'outside-writes',
  'overrun',
  'called-by-worker',
  'not-ready',
  'not-an-approver',
  'integration-behind',
  'ledger-rewritten',
]);

/** Where nothing is under way and nobody is needed, such as a plan without tasks: what the plan says comes next. */
function idleLine({ tasks, fields }: Plan, needs: readonly NeedDocument[]): readonly string[] {
  const busy = tasks.some((task) => taskStatusOf(task) === 'in_progress');
  return busy || needs.length > 0 || fields.status === 'awaiting-result'
    ? []
    : [`nothing can be started: ${inertLine(fields.next_action ?? 'edit the plan')}`];
}

/** A line with the time before it, wrapped where a terminal shows it. */
function clockLine({ noteStyle, outside, host }: Session, line: string): string {
  const width = host.stderr.isTTY ? host.stderr.columns - CLOCK : Number.POSITIVE_INFINITY;
  return `${noteStyle.dim(clockTime(outside.clock.now()))} ${wrap(line, width, ' '.repeat(CLOCK))}`;
}

function placeOf({ code, task }: Problem): string {
  return `${code} ${task}`;
}

/** The columns of `14:02:11 `. */
const CLOCK = 9;

function keyOf({ kind, task, who, since }: NeedDocument): string {
  return JSON.stringify([kind, task, who, since]);
}

/** What is under way, here (`▶`) and with others (`▷`), with the time it has taken; drawn again each second while something runs, and only then. */
class LiveBlock {
  readonly #session: Session;
  #plan: Plan | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lines = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  show(plan: Plan): void {
    if (this.#plan === plan && this.#lines > 0) return;
    this.#plan = plan;
    this.erase();
    this.draw();
    const busy = plan.tasks.some((task) => taskStatusOf(task) === 'in_progress');
    if (busy && this.#timer === undefined) this.#timer = setInterval(() => this.#redraw(), 1000).unref();
    if (!busy) this.#stop();
  }

  clear(): void {
    this.#stop();
    this.#plan = undefined;
    this.erase();
  }

  erase(): void {
    if (this.#lines > 0) this.#session.host.stderr.write(`\x1b[${this.#lines}A\x1b[J`);
    this.#lines = 0;
  }

  draw(): void {
    const lines = this.#text();
    if (lines.length > 0) this.#session.host.stderr.write(`${lines.join('\n')}\n`);
    this.#lines = lines.length;
  }

  #redraw(): void {
    this.erase();
    this.draw();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #nextLook(now: number): string {
    const checkpoint = this.#plan?.fields.next_checkpoint;
    return checkpoint === undefined ? '' : `; looks again at ${dueTime(checkpoint, now)}`;
  }

  #text(): readonly string[] {
    if (this.#plan === undefined) return [];
    const { noteStyle: style, outside, host } = this.#session;
    const now = outside.clock.now();
    const width = Math.max(20, host.stderr.columns - 1);
    const busy = this.#plan.tasks.filter((task) => taskStatusOf(task) === 'in_progress');
    const longest = Math.min(24, Math.max(0, ...busy.map((task) => task.id.length)));
    const lines = busy.slice(0, MOST_LINES).map((task) => {
      const since = timeMs(task.fields.attempt?.started_at ?? '');
      const took = since === undefined ? '' : formatDuration(now - since);
      const text = inertLine(task.fields.active_form ?? task.title);
      const { machine } = task.fields.attempt ?? {};
      const here = machine === outside.local.machine();
      const who = inertLine(
        `${task.fields.owner ?? ''}${here || machine === undefined ? '' : ` on ${machine}`}`,
      );
      return `${style.blue(here ? '  ▶' : '  ▷')} ${cut(`${padEnd(cut(task.id, 24), longest)}  ${padEnd(took, 6)}  ${padEnd(who, 10)}  ${text}`, width - 4)}`;
    });
    if (busy.length > MOST_LINES) lines.push(style.dim(`    and ${busy.length - MOST_LINES} more`));
    if (busy.length > 0)
      lines.push(style.dim(cut(`    Ctrl-C stops the wait, not the work${this.#nextLook(now)}`, width)));
    return lines;
  }
}

const MOST_LINES = 10;
