/** The words of workflow-state files: keys in any spelling, statuses, and the names that the eight phases go by. */
import type { TaskStatus } from '../model/status.ts';

/** A key or status without regard to case and separators: `currentPhase`, `current_phase`, `Current phase`. */
export function plainWord(word: string): string {
  return word.toLowerCase().replace(/[\s_.-]+/g, '');
}

/** What a status word says; `approved` where it says so or not. Undefined where nobody knows the word. */
export interface SaidStatus {
  readonly status: TaskStatus;
  readonly approved?: boolean;
}

const STATUS_WORDS: readonly (readonly [TaskStatus, string])[] = [
  ['pending', 'pending todo notstarted open ready queued planned waiting idle new reset notrun upcoming'],
  ['in_progress', 'inprogress active running started current working wip executing doing ongoing'],
  ['completed', 'completed complete done finished success succeeded passed ok closed true'],
  ['blocked', 'blocked onhold stuck'],
  ['failed', 'failed failure fail error errored false'],
  ['cancelled', 'cancelled canceled skipped skip aborted notapplicable na notneeded'],
];

const STATUSES: ReadonlyMap<string, SaidStatus> = new Map<string, SaidStatus>([
  ...STATUS_WORDS.flatMap(([status, words]) => words.split(' ').map((word) => [word, { status }] as const)),
  ['approved', { status: 'completed', approved: true }],
  ...['awaitingapproval', 'pendingapproval', 'waitingforapproval', 'needsapproval'].map(
    (word) => [word, { status: 'completed', approved: false }] as const,
  ),
  ['rejected', { status: 'pending', approved: false }],
]);

export function readStatus(word: string): SaidStatus | undefined {
  return STATUSES.get(plainWord(word));
}

/** The eight phases of the development cycle by the ids of its template, with the names they go by. */
const PHASES: ReadonlyMap<string, string> = new Map(
  (
    [
      [
        'requirements',
        'requirements requirement requirementsanalysis requirementanalysis requirementsengineering',
      ],
      ['planning', 'planning plan solutionplanning solutionplan solutiondesign'],
      ['development', 'development develop implementation implement coding'],
      ['review', 'review codereview'],
      ['diagnostics', 'diagnostics diagnostic'],
      ['testing', 'testing test tests testplan testplanning testdevelopment'],
      ['test-review', 'testreview testsreview'],
      ['documentation', 'documentation docs document documenting'],
    ] as const
  ).flatMap(([id, names]) => names.split(' ').map((name) => [name, id] as const)),
);

/** The phase of the eight that is meant: `01-requirements`, `Solution Planning`, `codeReview`. */
export function knownPhase(name: string): string | undefined {
  const bare = name.toLowerCase().replace(/^\s*(?:(?:phase|step|stage)\b\W*)?[\d.]*[\s:_.)-]*/, '');
  return PHASES.get(plainWord(bare).replace(/phase$/, ''));
}

/** By what two namings of one phase are found to be one. */
export function phaseKey(name: string): string {
  return knownPhase(name) ?? plainWord(name);
}
