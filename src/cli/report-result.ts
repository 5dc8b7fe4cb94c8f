/** What a worker says of its own attempt goes into its result file; the round that consumes it makes the commit. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../errors.ts';
import type { ReportDocument } from '../model/documents.ts';
import type { Outside, WorkerReport } from '../ports.ts';
import { planStatus } from '../query/status.ts';
import type { PlanFile } from '../round/find-plans.ts';
import { findPlanOf } from '../round/find-strays.ts';
import type { Answer } from './cli.ts';
import type { Request } from './make-round.ts';
import type { Session } from './session.ts';

type Caller = NonNullable<Outside['caller']>;
type FinishRequest = Extract<Request, { kind: 'done' | 'fail' | 'block' }>;

/** The attempt this process runs under, where the task is its own. */
export async function ownAttempt(
  { outside }: Session,
  target: PlanFile,
  task: string,
): Promise<Caller | undefined> {
  const { caller } = outside;
  if (caller === null || caller.task !== task) return undefined;
  if (caller.plan === target.name) return caller;
  return (await findPlanOf(outside, caller))?.name === target.name ? caller : undefined;
}

/** Refused with `not-owner` where a newer attempt has been started, or the task is no longer under way. */
export async function reportResult(
  session: Session,
  target: PlanFile,
  caller: Caller,
  request: FinishRequest,
): Promise<Answer> {
  await refuseFenced(session, target, caller);
  refuseOtherFile(session, caller);
  const report = reportOf(request);
  writeWhole(caller.result, `${JSON.stringify(report, null, 2)}\n`);
  const document: ReportDocument = {
    plan: target.name,
    task: caller.task,
    attempt: caller.attempt,
    status: report.status,
    result_file: caller.result,
  };
  return {
    document,
    text: () =>
      `${caller.task} ${report.status}: written to the result of attempt ${caller.attempt}, the next round takes it up\n`,
  };
}

async function refuseFenced({ outside }: Session, target: PlanFile, caller: Caller): Promise<void> {
  const { tasks } = await planStatus(outside, target);
  const task = tasks.find((t) => t.id === caller.task);
  if (task?.status === 'in_progress' && task.attempt === caller.attempt) return;
  const now =
    task === undefined
      ? 'is not in the plan any more'
      : task.status === 'in_progress'
        ? `is at attempt ${task.attempt}`
        : `is ${task.status}`;
  fail('not-owner', `${caller.task} ${now}; attempt ${caller.attempt} has no say in it`, {
    file: target.file,
    task: caller.task,
  });
}

/** The environment is the worker's to change; where a result goes is not. */
function refuseOtherFile({ outside }: Session, caller: Caller): void {
  const own = join(outside.workers.directory(caller.plan, caller.task, caller.attempt), 'result.json');
  if (caller.result !== own)
    fail('not-owner', `${caller.result} is not the result file of this attempt`, { task: caller.task });
}

function reportOf(request: FinishRequest): WorkerReport & { readonly status: ReportDocument['status'] } {
  switch (request.kind) {
    case 'done':
      return {
        status: 'completed',
        ...(request.summary === undefined ? {} : { summary: request.summary }),
        ...(request.passed === undefined ? {} : { passed: request.passed }),
        ...(Object.keys(request.metadata).length === 0 ? {} : { metadata: request.metadata }),
      };
    case 'fail':
      return {
        status: 'failed',
        ...(request.reason === undefined ? {} : { summary: request.reason }),
        ...(request.failure === undefined ? {} : { failure: request.failure }),
      };
    case 'block':
      return {
        status: 'blocked',
        blocker: { type: request.type, ...(request.detail === undefined ? {} : { detail: request.detail }) },
      };
  }
}

/** Written beside and renamed, so that nobody reads half of it. */
function writeWhole(file: string, text: string): void {
  const part = `${file}.${process.pid}.part`;
  try {
    writeFileSync(part, text);
    renameSync(part, file);
  } catch (error) {
    fail(
      'cannot-write',
      `the result file ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
