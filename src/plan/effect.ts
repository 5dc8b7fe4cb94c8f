/** What the outside must do after the commit, as data. Ids are derived from plan, task and attempt, never random. */
import type { Isolation, Run, WorkOrder } from '../ports.ts';

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
  /** What its worker left uncommitted is committed on the attempt's branch. */
  | {
      readonly kind: 'collect';
      readonly id: string;
      readonly task: string;
      readonly attempt: number;
      readonly reason: string;
      readonly isolation: Isolation;
      /** The file that the task is to leave, or null. */
      readonly output: string | null;
    }
  /** The attempt's branch is merged into the integration branch. */
  | {
      readonly kind: 'merge';
      readonly id: string;
      readonly task: string;
      readonly attempt: number;
      readonly reason: string;
      readonly isolation: Isolation;
    }
  /** The run's result is consumed or fenced: do not look at it again. */
  | {
      readonly kind: 'settle';
      readonly id: string;
      readonly task: string;
      readonly attempt: number;
      readonly reason: string;
    };

/**
 * What the commit that announced the attempt has announced with it: it is done before anything is decided from it, and a
 * round looks again afterwards.
 */
export function isPrior({ kind }: Effect): boolean {
  return kind === 'collect' || kind === 'merge';
}

export function effectId(plan: string, task: string, attempt: number): string {
  return `${plan}/${task}/${attempt}`;
}
