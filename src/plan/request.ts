/** What a person, a script or the clock asks of a round. A plain look is a request, too: the tick. */
import type { Blocker, TaskFieldName, TaskFields } from '../model/fields.ts';
import type { Plan } from '../model/plan.ts';

export type Request =
  /** Goes on: recovers and dispatches. `recheck` runs failed checks of criteria again; `after` is where a run saw the plan last. */
  | {
      readonly kind: 'tick';
      readonly takeOver: boolean;
      readonly recheck: boolean;
      readonly after?: { readonly ref: string; readonly commit: string | null } | undefined;
    }
  /** Recovers and reports; starts no new work. */
  | { readonly kind: 'watchdog' }
  | { readonly kind: 'launch' }
  /** `text` is the file's text where the plan's own print is not meant; it must say the plan. */
  | { readonly kind: 'new'; readonly plan: Plan; readonly text?: string }
  | {
      readonly kind: 'add';
      readonly id: string;
      readonly title: string;
      readonly fields: TaskFields;
      readonly brief: string;
    }
  | {
      readonly kind: 'claim';
      readonly task: string;
      readonly owner: string | undefined;
      readonly returns: string | undefined;
      readonly until: string | undefined;
    }
  /** The caller runs the command itself; it is kept as evidence, and never run again. */
  | { readonly kind: 'step'; readonly task: string; readonly command: string }
  | { readonly kind: 'release'; readonly task: string }
  | {
      readonly kind: 'done';
      readonly task: string;
      readonly summary: string | undefined;
      readonly metadata: Readonly<Record<string, string>>;
      readonly passed: boolean | undefined;
    }
  | {
      readonly kind: 'fail';
      readonly task: string;
      readonly reason: string | undefined;
      readonly failure?: 'code' | 'tests' | 'blocker' | undefined;
    }
  | {
      readonly kind: 'block';
      readonly task: string;
      readonly type: Blocker['type'];
      readonly detail: string | undefined;
    }
  | { readonly kind: 'unblock'; readonly task: string }
  | { readonly kind: 'approve'; readonly task: string }
  | { readonly kind: 'reject'; readonly task: string; readonly reason: string }
  | { readonly kind: 'retry'; readonly task: string }
  | { readonly kind: 'cancel'; readonly task: string; readonly reason: string | undefined }
  | { readonly kind: 'reopen'; readonly task: string }
  /** Fields with their new values, already of the right kind; undefined removes one. `status` and `title` may be among them. */
  | {
      readonly kind: 'edit';
      readonly task: string;
      readonly title: string | undefined;
      readonly fields: readonly { readonly name: TaskFieldName; readonly value: unknown }[];
    }
  | { readonly kind: 'assign'; readonly task: string; readonly specialist: string }
  | { readonly kind: 'decide'; readonly text: string }
  | { readonly kind: 'pause'; readonly stop: boolean }
  | { readonly kind: 'resume' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'reopen-plan' }
  | { readonly kind: 'restart' };

/** Whether a round for this request may start new work. */
export function mayDispatch(request: Request): boolean {
  return request.kind === 'tick' || request.kind === 'launch';
}
