/** `rondo status --brief` as text: a line a plan. */
import type { BriefDocument } from '../../model/documents.ts';
import { type Cell, columns } from './columns.ts';
import { inertLine } from './inert.ts';
import { NO_PLANS, type StatusOptions } from './print-status.ts';
import { planDress } from './words.ts';

/** `passkeys  awaiting-result  3/8  wait for lint (checks on kestrel)`. */
export function printBrief({ plans }: BriefDocument, { style, columns: width }: StatusOptions): string {
  if (plans.length === 0) return NO_PLANS;
  const rows = plans.map((plan): Cell[] => [
    { text: inertLine(plan.plan), dress: style.bold },
    plan.status === null
      ? { text: 'broken', dress: style.red }
      : { text: plan.status, dress: planDress(plan.status, style) },
    { text: plan.status === null ? '' : `${plan.completed}/${plan.total}` },
    { text: inertLine(plan.next ?? '') },
  ]);
  return columns(rows, width, { bound: 40 });
}
