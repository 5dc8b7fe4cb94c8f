/** Every command by name. Only the file of the one that is called is loaded; `--help` and completion load them all. */
import type { Cli } from './cli.ts';

export interface CommandEntry {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  /** Whether it changes something: `RONDO_DISABLE` switches it off. */
  readonly changes: boolean;
  readonly load: () => Promise<{ readonly register: (cli: Cli) => void }>;
}

type Load = CommandEntry['load'];

const look = (name: string, group: string, summary: string, load: Load): CommandEntry => ({
  name,
  group,
  summary,
  changes: false,
  load,
});
const change = (name: string, group: string, summary: string, load: Load): CommandEntry => ({
  name,
  group,
  summary,
  changes: true,
  load,
});

const START = 'Start:';
const LOOK = 'Look:';
const MOVE = 'Move:';
const TASKS = 'Tasks:';
const PLAN = 'Plan:';
const REVIEW = 'Review and set up:';

export const COMMANDS: readonly CommandEntry[] = [
  change(
    'init',
    START,
    'Write a rondo.yaml with the settings people change first',
    () => import('./commands/init.ts'),
  ),
  change('new', START, 'Start a plan', () => import('./commands/new.ts')),
  change('add', START, 'Add a task to a plan and print its id', () => import('./commands/add.ts')),
  look('templates', START, 'List what a plan can be started from', () => import('./commands/templates.ts')),

  look('list', LOOK, 'List the plans of this repository', () => import('./commands/list.ts')),
  look('status', LOOK, 'Show where a plan stands', () => import('./commands/status.ts')),
  look('show', LOOK, 'Show one task in full', () => import('./commands/show.ts')),
  look('next', LOOK, 'Show what can be done now', () => import('./commands/next.ts')),
  look('batches', LOOK, 'Show what is left, batch by batch', () => import('./commands/batches.ts')),
  look('graph', LOOK, 'Print the graph of the tasks', () => import('./commands/graph.ts')),
  look(
    'recommend',
    LOOK,
    'Show which specialist does a task, and why not the others',
    () => import('./commands/recommend.ts'),
  ),
  look('log', LOOK, 'Show the rounds of a plan, newest first', () => import('./commands/log.ts')),
  look('logs', LOOK, "Show a worker's log", () => import('./commands/logs.ts')),

  change(
    'run',
    MOVE,
    'Make rounds until the plan is complete, blocked, or paused for a word of yours',
    () => import('./commands/run.ts'),
  ),
  change('round', MOVE, 'Make one round', () => import('./commands/round.ts')),
  change('launch', MOVE, 'Let the next batch go (auto_launch: false)', () => import('./commands/round.ts')),
  change(
    'watchdog',
    MOVE,
    'Check what is under way and recover it; start nothing new',
    () => import('./commands/round.ts'),
  ),
  change('step', MOVE, 'Run a command and keep its task up to date', () => import('./commands/step.ts')),
  look('wait', MOVE, 'Wait until a plan changes', () => import('./commands/wait.ts')),

  change('claim', TASKS, 'Take a task', () => import('./commands/claim.ts')),
  change('release', TASKS, 'Give a task back', () => import('./commands/claim.ts')),
  change('done', TASKS, 'Say that a task is completed', () => import('./commands/finish.ts')),
  change('fail', TASKS, 'Say that a task failed', () => import('./commands/finish.ts')),
  change(
    'block',
    TASKS,
    'Say that something stands in the way of a task',
    () => import('./commands/finish.ts'),
  ),
  change(
    'unblock',
    TASKS,
    'Say that nothing stands in its way any more',
    () => import('./commands/reset.ts'),
  ),
  change(
    'approve',
    TASKS,
    'Let others build on a result that needs approval',
    () => import('./commands/reset.ts'),
  ),
  change('reject', TASKS, 'Send a result that needs approval back', () => import('./commands/reset.ts')),
  change('retry', TASKS, 'Try a failed task again', () => import('./commands/reset.ts')),
  change('cancel', TASKS, 'Cancel a task', () => import('./commands/reset.ts')),
  change(
    'reopen',
    TASKS,
    'Open a completed or cancelled task again, or a plan with --plan',
    () => import('./commands/reopen.ts'),
  ),
  change('assign', TASKS, 'Give a task to a specialist', () => import('./commands/assign.ts')),
  change('edit', TASKS, 'Change fields of a task', () => import('./commands/edit.ts')),
  change('decide', TASKS, 'Write a decision into the plan', () => import('./commands/decide.ts')),

  change(
    'pause',
    PLAN,
    'Start nothing new until `resume`; workers finish',
    () => import('./commands/move-plan.ts'),
  ),
  change(
    'resume',
    PLAN,
    'Go on after `pause`, and check failed criteria again',
    () => import('./commands/move-plan.ts'),
  ),
  change(
    'accept',
    PLAN,
    'Take the success criteria without a check as met',
    () => import('./commands/move-plan.ts'),
  ),
  change(
    'restart',
    PLAN,
    'Run the same plan afresh: all tasks back to pending',
    () => import('./commands/move-plan.ts'),
  ),
  change('archive', PLAN, 'Move a complete plan to archive/', () => import('./commands/archive.ts')),
  change(
    'clean',
    PLAN,
    'Remove run directories that are over, and worktrees and branches that are merged',
    () => import('./commands/clean.ts'),
  ),

  look('ledger', REVIEW, 'Show the ledger of milestones', () => import('./commands/ledger.ts')),
  look('export', REVIEW, 'Print a plan in another form', () => import('./commands/exchange.ts')),
  change('import', REVIEW, 'Start a plan from another form', () => import('./commands/exchange.ts')),
  look('check', REVIEW, 'Check plans and settings', () => import('./commands/check.ts')),
  look(
    'schema',
    REVIEW,
    'Print a JSON Schema: of plans, of settings, of what --json prints',
    () => import('./commands/schema.ts'),
  ),
  change(
    'trust',
    REVIEW,
    'Show and approve the commands that plans would run here',
    () => import('./commands/trust.ts'),
  ),
  look('doctor', REVIEW, 'Look for what could stand in the way', () => import('./commands/doctor.ts')),
  look(
    'completion',
    REVIEW,
    'Print a completion script for a shell',
    () => import('./commands/completion.ts'),
  ),
];

export function findCommand(name: string): CommandEntry | undefined {
  return COMMANDS.find((entry) => entry.name === name);
}
