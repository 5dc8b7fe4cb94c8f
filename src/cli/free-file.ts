/** The file of a plan that is to be started: no other plan goes by its name, now or in the archive. */
import { fail } from '../errors.ts';
import { isId } from '../model/id.ts';
import { wholeSlugOf } from '../model/slug.ts';
import { findArchived, howToBringBack } from '../round/archived-plans.ts';
import { findPlans, newPlanFile, type PlanFile } from '../round/find-plans.ts';
import type { Session } from './session.ts';

/** Words with spaces become a slug; anything else must be a plan name as it is. */
export async function freeFile({ outside }: Session, topic: string): Promise<PlanFile> {
  const isWords = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ]*$/u.test(topic) && !isId(topic);
  const target = newPlanFile((isWords && wholeSlugOf(topic)) || topic);
  const { plans } = await findPlans(outside);
  const other = plans.find((plan) => plan.name.toLowerCase() === target.name.toLowerCase());
  if (other !== undefined)
    fail('already-exists', `there is a plan ${other.name} already`, { file: other.file });
  // Its rounds, attempts and logs go by its name: a second plan of that name would go on in the first one's history.
  const archived = await findArchived(outside, target.name);
  if (archived !== undefined)
    fail('already-exists', `a plan ${archived.name} is archived as ${archived.file}`, {
      file: archived.file,
      hint: `Choose another name, or bring it back: ${howToBringBack(archived)}; then rondo restart ${archived.name}`,
    });
  return target;
}
