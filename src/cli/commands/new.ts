import { fail } from '../../errors.ts';
import { findPlans, type PlanFile } from '../../round/find-plans.ts';
import { runRound } from '../../round/run-round.ts';
import type { Cli } from '../cli.ts';
import { freeFile } from '../free-file.ts';
import { roundAnswer } from '../make-round.ts';
import type { NewRequest, Start, StartOptions } from '../new-plan.ts';
import { noteProblems } from '../note-problems.ts';
import { collectPairs } from '../options.ts';
import type { Session } from '../session.ts';

export function register(cli: Cli): void {
  cli
    .command('new')
    .argument('<topic>', "the plan's name; the file is docs/<topic>-state.md")
    .option('--goal <text>', 'what is to be reached')
    .option('--template <name>', 'what to start from; see `rondo templates`')
    .option('--set <name=value>', 'fill a field of the template; may be given more than once', collectPairs)
    .option('--from <outline>', 'a Markdown outline or checklist to make tasks of; - reads standard input')
    .action((topic, options) =>
      cli.answer('new', async (session) => {
        const target = await freeFile(session, topic);
        const { request, unplaced } = await startOf(session, target, titleOf(topic), options);
        const { document } = await runRound(session.outside, target, request);
        noteProblems(session, unplaced);
        const before =
          document.round > 1
            ? `a plan ${target.name} was here before: rounds count on from ${document.round - 1}\n`
            : '';
        const { tasks } = request.plan;
        const next = await nextStep(session, target, tasks.length === 0);
        const count = tasks.length === 0 ? '' : `, ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`;
        const done = tasks.filter((task) => task.fields.status === 'completed').length;
        const ticked = done === 0 ? '' : `, ${done} of them completed`;
        const answer = roundAnswer(session, document, { dryRun: false, starts: false });
        return {
          ...answer,
          document: { ...document, problems: [...document.problems, ...unplaced] },
          text: () => `${target.file} started${count}${ticked}\n${before}next: ${next}\n`,
        };
      }),
    );
}

/** What to type next, such that it means this plan: beside others it has to be named. */
async function nextStep({ outside }: Session, { name }: PlanFile, empty: boolean): Promise<string> {
  const alone = (await findPlans(outside)).plans.length === 1;
  if (!empty) return alone ? 'rondo next' : `rondo next ${name}`;
  return `rondo add "<title>"${alone ? '' : ` --plan ${name}`}, or write tasks into the file`;
}

/** `passkey-login` becomes `Passkey login`; a topic typed with capitals or spaces stays as it was typed. */
function titleOf(topic: string): string {
  const words = topic.replace(/[-_.]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function startOf(
  session: Session,
  target: PlanFile,
  title: string,
  options: StartOptions,
): Promise<Start> {
  if (options.set !== undefined && options.template === undefined)
    fail('usage', '--set fills a field of a template, and none is named', { hint: 'Add --template <name>.' });
  const plan = barePlan(session, target, title, options.goal);
  if (options.template === undefined && options.from === undefined)
    return { request: { kind: 'new', plan }, unplaced: [] };
  const { planToStart } = await import('../new-plan.ts');
  return planToStart(session, target, plan, options);
}

function barePlan(
  { outside }: Session,
  { name, file }: PlanFile,
  title: string,
  goal: string | undefined,
): NewRequest['plan'] {
  return {
    name,
    file,
    title,
    fields: {
      rondo: 1,
      ...(goal === undefined ? {} : { goal }),
      origin: outside.repo.identity().name,
      status: 'running',
    },
    criteria: [],
    tasks: [],
    decisions: [],
  };
}
