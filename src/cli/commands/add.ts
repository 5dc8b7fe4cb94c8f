import { InvalidArgumentError } from '@commander-js/extra-typings';
import { RondoError } from '../../errors.ts';
import type { RoundDocument } from '../../model/documents.ts';
import { slugOf, uniqueId } from '../../model/slug.ts';
import { durationMs } from '../../model/time.ts';
import { planStatus } from '../../query/status.ts';
import type { PlanFile } from '../../round/find-plans.ts';
import { runRound } from '../../round/run-round.ts';
import { chosenPlan } from '../choose.ts';
import type { Cli } from '../cli.ts';
import type { Request } from '../make-round.ts';
import { noteProblems } from '../note-problems.ts';
import { alsoNamed, collect, collectList } from '../options.ts';
import { refuseTrustToWorker } from '../refuse-worker.ts';
import type { Session } from '../session.ts';

type AddRequest = Extract<Request, { kind: 'add' }>;

export function register(cli: Cli): void {
  cli
    .command('add')
    .argument('<title>', 'what is to be done, in a line')
    .option('--id <id>', 'its id; made from the title where not given')
    .option('--after <ids>', 'tasks that must be completed first, with commas between them', collectList)
    .option('--tag <tag>', 'a tag, for routing and filters; may be given more than once', collectList)
    .addOption(alsoNamed('--blocked-by <ids>'))
    .addOption(alsoNamed('--tags <tags>'))
    .option('--run <command>', 'the shell command that does it')
    .option('--plan <plan>', 'the plan to add it to')
    .option('--output <file>', 'the file it must leave')
    .option('--estimate <duration>', 'how long it should take, e.g. 45m', checkDuration)
    .option('--specialist <name>', 'who does it, by name')
    .option('--needs-approval', 'others build on it only after a person approved it')
    .option('--brief <text>', 'what the worker needs to know; - reads it from standard input', collect)
    .addHelpText('after', '\nAny other field: rondo edit <task> <field>=<value>, or write it into the file.')
    .action((title, options) =>
      cli.answer('add', async (session) => {
        const target = await chosenPlan(session, options.plan, { named: 'option' });
        const request = {
          kind: 'add' as const,
          title,
          fields: fieldsOf(options),
          brief: briefOf(session, options.brief),
        };
        const { document, id } = await addUnder(session, target, request, options.id);
        noteProblems(
          session,
          document.problems.filter((p) => p.code !== 'untrusted-command'),
        );
        if (!session.json)
          session.note(
            session.noteStyle.dim(
              `added to ${target.name} (round ${document.round}, ${(document.to ?? '').slice(0, 7)})`,
            ),
          );
        return { document, text: () => `${id}\n` };
      }),
    );
}

interface Options {
  readonly after?: string[];
  readonly blockedBy?: string[];
  readonly tag?: string[];
  readonly tags?: string[];
  readonly run?: string;
  readonly output?: string;
  readonly estimate?: string;
  readonly specialist?: string;
  readonly needsApproval?: true;
}

function fieldsOf({
  after,
  blockedBy,
  tag,
  tags,
  run,
  output,
  estimate,
  specialist,
  needsApproval,
}: Options): AddRequest['fields'] {
  return {
    ...(after === undefined && blockedBy === undefined
      ? {}
      : { blocked_by: [...(after ?? []), ...(blockedBy ?? [])] }),
    ...(tag === undefined && tags === undefined ? {} : { tags: [...(tag ?? []), ...(tags ?? [])] }),
    ...(specialist === undefined ? {} : { specialist }),
    ...(run === undefined ? {} : { run }),
    ...(output === undefined ? {} : { output }),
    ...(estimate === undefined ? {} : { estimate }),
    ...(needsApproval === undefined ? {} : { needs_approval: true }),
  };
}

function briefOf({ host }: Session, brief: string[] | undefined): string {
  if (brief === undefined) return '';
  return brief
    .map((part) => (part === '-' ? host.readInput() : part))
    .join('\n\n')
    .trim();
}

/** Somebody else may take the id that was made from the title between the look and the round: then the next one is taken. */
async function addUnder(
  session: Session,
  target: PlanFile,
  request: Omit<AddRequest, 'id'>,
  asked: string | undefined,
): Promise<{ document: RoundDocument; id: string }> {
  refuseTrustToWorker(session);
  for (let tries = 0; ; tries++) {
    const id = asked ?? (await freeId(session, target, request.title));
    try {
      const { document } = await runRound(session.outside, target, { ...request, id });
      return { document, id };
    } catch (error) {
      const taken = error instanceof RondoError && error.code === 'already-exists' && asked === undefined;
      if (!taken || tries >= 20) throw error;
    }
  }
}

async function freeId({ outside }: Session, target: PlanFile, title: string): Promise<string> {
  const { tasks } = await planStatus(outside, target);
  return uniqueId(
    slugOf(title),
    tasks.map((task) => task.id),
  );
}

function checkDuration(value: string): string {
  if (durationMs(value) === undefined)
    throw new InvalidArgumentError('Expected a duration such as 45m, 1h30m or 2d.');
  return value;
}
