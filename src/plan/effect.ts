/** What the outside must do after the commit, as data. Ids are derived from plan, task and attempt, never random. */
import type { Run, WorkOrder } from '../ports.ts';

export type Effect =
  | {
      readonly kind: 'start';
      readonly id: string;
      readonly task: string;
      readonly attempt: number;
      readonly reason: string;
      readonly order: WorkOrder;
    }
  /** The caller runs the attempt's command: from now on the run is known to live while the caller does. */
  | {
      readonly kind: 'enter';
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
      /** The worker is one of a plan that is gone; it is left alone where that has come back meanwhile. */
      readonly gone?: { readonly plan: string; readonly file: string; readonly ref: string };
    }
  /** The run is found under another plan's name, or by its process alone: it is kept under this plan's from now on. */
  | {
      readonly kind: 'adopt';
      readonly id: string;
      readonly task: string;
      readonly attempt: number;
      readonly reason: string;
      /** As it was found; its `plan` is the one whose directory holds it. */
      readonly run: Run;
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
