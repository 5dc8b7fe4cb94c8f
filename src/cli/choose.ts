/** Which plan and which task a call means. */
import { fail, RondoError } from '../errors.ts';
import { listPlans, planStatus } from '../query/status.ts';
import { type ChooseOptions, choosePlan, type PlanFile, splitTaskName } from '../round/find-plans.ts';
import { findPlanOf } from '../round/find-strays.ts';
import { variable } from './host.ts';
import type { Session } from './session.ts';

/** The plan asked for, else RONDO_PLAN, else the only active one. A worker means its own, whatever that is called by now. */
export async function chosenPlan(
  session: Session,
  asked: string | undefined,
  options: ChooseOptions = {},
): Promise<PlanFile> {
  const name = asked ?? variable(session.host, 'RONDO_PLAN');
  const { caller } = session.outside;
  try {
    return await choosePlan(session.outside, name, options);
  } catch (error) {
    const isOwn = caller !== null && caller.plan === name;
    if (!isOwn || !(error instanceof RondoError) || error.code !== 'unknown-plan') throw error;
    const renamed = await findPlanOf(session.outside, caller);
    if (renamed === undefined) throw error;
    return renamed;
  }
}

/** `<task>` or `<plan>/<task>`; where several plans are active, the only one that has such a task. */
export async function chosenTask(
  session: Session,
  typed: string,
  options: Pick<ChooseOptions, 'archived'> = {},
): Promise<{ readonly target: PlanFile; readonly task: string }> {
  const { plan, task } = splitTaskName(typed);
  try {
    return { target: await chosenPlan(session, plan, { ...options, named: { task } }), task };
  } catch (error) {
    if (!(error instanceof RondoError) || error.code !== 'ambiguous-plan') throw error;
    const [only, ...more] = await plansWith(session, task);
    if (only === undefined)
      fail('unknown-task', `no active plan has a task ${task}`, {
        hint: 'See `rondo status <plan>` for the task ids.',
      });
    if (more.length === 0) return { target: only, task };
    const names = [only, ...more].map(({ name }) => name).join(', ');
    fail('ambiguous-plan', `more than one plan has a task ${task}: ${names}`, {
      hint: `Name the plan before it, such as \`${only.name}/${task}\`; or set RONDO_PLAN.`,
    });
  }
}

async function plansWith(session: Session, task: string): Promise<readonly PlanFile[]> {
  const { plans } = await listPlans(session.outside);
  const active = plans.filter((plan) => plan.status !== null && plan.status !== 'complete');
  const holders: PlanFile[] = [];
  for (const { plan: name, file } of active.length > 0
    ? active
    : plans.filter((plan) => plan.status !== null)) {
    const { tasks } = await planStatus(session.outside, { name, file });
    if (tasks.some((t) => t.id === task)) holders.push({ name, file, beside: true });
  }
  return holders;
}
