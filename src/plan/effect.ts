/** What the outside must do after the commit, as data. Ids are derived from plan, task and attempt, never random. */
import type { WorkOrder } from '../ports.ts';

export type Effect =
  | {
      readonly kind: 'start';
      readonly id: string;
      readonly task: string;
      readonly attempt: number;
      readonly reason: string;
      readonly order: WorkOrder;
    }
  | {
      readonly kind: 'stop';
      readonly id: string;
      readonly task: string;
      readonly attempt: number;
      readonly reason: string;
    }
  /** The run's result is consumed or fenced: do not look at it again. */
  | {
      readonly kind: 'settle';
      readonly id: string;
      readonly task: string;
      readonly attempt: number;
      readonly reason: string;
    };

export function effectId(plan: string, task: string, attempt: number): string {
  return `${plan}/${task}/${attempt}`;
}
