/** `rondo import --from workflow-state`: a plan that goes on where a workflow-state.json stands. */
import { fail, RondoError } from '../errors.ts';
import { readWorkflowState } from '../exchange/read-workflow-state.ts';
import { planFromWorkflow, workflowTopic } from '../exchange/workflow-plan.ts';
import { durationMs, formatTime } from '../model/time.ts';
import { loadSettings } from '../round/load-settings.ts';
import { parseTemplate, type Template } from '../round/parse-template.ts';
import { problemAsDocument } from '../round/report.ts';
import { runRound } from '../round/run-round.ts';
import { freeFile } from './free-file.ts';
import { roundAnswer } from './make-round.ts';
import { noteProblems } from './note-problems.ts';
import { refuseWorker } from './refuse-worker.ts';
import type { Session } from './session.ts';
import { shippedTemplates } from './shipped-templates.ts';

const WORKFLOW_STATE = '.dev/workflow-state.json';

/** The file itself stays as it is: whoever imported it removes it. */
export async function importWorkflow(session: Session, file = WORKFLOW_STATE, as: string | undefined) {
  const { outside } = session;
  const text = outside.repo.readFile(file);
  if (text === null)
    fail('usage', `there is no ${file}, so there is nothing to take over`, {
      file,
      hint: 'Name the file from the root of the repository.',
    });
  const state = readWorkflowState(text, file);
  // It may say that a person approved something.
  if (state.phases.some(({ approved }) => approved === true) || state.pendingApproval === false)
    refuseWorker(session, 'take over approvals');
  const topic = as ?? workflowTopic(state);
  if (topic === undefined)
    fail('usage', `${file} does not say how the plan is to be called`, {
      file,
      hint: 'Name it: rondo import --from workflow-state --as <topic>',
    });
  const target = await freeFile(session, topic);
  refuseCommitted(session, target.file);
  const { settings } = await loadSettings(outside);
  const now = outside.clock.now();
  const { name, email } = outside.repo.identity();
  const { approvers } = settings;
  const {
    plan,
    text: planText,
    problems,
  } = planFromWorkflow(state, target, {
    template: await developmentCycle(session),
    person: name,
    file,
    now: formatTime(now),
    leaseUntil: formatTime(now + (durationMs(settings.lease) ?? 0)),
    origin: name,
    mayApprove:
      approvers.length === 0 ||
      approvers.some((approver) => approver.trim().toLowerCase() === email.toLowerCase()),
    exists: (path) => outside.repo.fileExists(path),
  });
  const { document } = await runRound(outside, target, { kind: 'new', plan, text: planText });
  const notes = problems.map(problemAsDocument);
  noteProblems(session, notes);
  const completed = plan.tasks.filter((task) => task.fields.status === 'completed').length;
  const answer = roundAnswer(session, document, { dryRun: false, starts: false });
  return {
    ...answer,
    document: { ...document, problems: [...document.problems, ...notes] },
    text: () =>
      `${target.file} started: ${completed} of ${plan.tasks.length} phases completed\n` +
      `the plan is what counts now: ${file} may be removed\n`,
  };
}

/** A plan that was only removed from the work tree would be lost behind a new one. */
function refuseCommitted({ outside: { repo } }: Session, file: string): void {
  const head = repo.head().commit;
  if (head !== null && repo.readAt(head, file) !== null)
    fail('already-exists', `${file} is committed`, {
      file,
      hint: `Bring it back: git checkout HEAD -- ${file}; or choose another name with --as.`,
    });
}

async function developmentCycle({ host }: Session): Promise<Template> {
  const shipped = shippedTemplates(host).find(({ name }) => name === 'dev-cycle');
  if (shipped === undefined) return fail('internal', 'the template dev-cycle is not there');
  const { template, problems } = await parseTemplate(shipped.text, { ...shipped, source: 'package' });
  if (template === undefined) throw new RondoError(problems);
  return template;
}
