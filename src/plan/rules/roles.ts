/** Roles of a plan: where a coordinator is named, whoever is its watchdog alone recovers and reports, and starts no new work. */
import { type Problem, problem } from '../../errors.ts';
import type { Plan } from '../../model/plan.ts';

/** Says that a round starts nothing because of who makes it; undefined where it may. One person may have both roles. */
export function watchdogOnly(plan: Plan, person: string): Problem | undefined {
  const { watchdog, coordinator } = plan.fields;
  if (watchdog !== person || coordinator === undefined || coordinator === person) return undefined;
  return problem(
    'watchdog-only',
    `${person} is the watchdog of this plan, so this round recovers and reports, and starts no new work`,
    { severity: 'info', file: plan.file, path: ['watchdog'] },
  );
}
