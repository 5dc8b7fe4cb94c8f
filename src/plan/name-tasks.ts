/** Names tasks with their plan in what people are to run: beside other plans an id alone may mean a task of theirs, too. */
import type { Need } from './needs.ts';

interface Target {
  readonly name: string;
  /** Whether other plans are in the work tree. */
  readonly beside?: boolean;
}

/** A command about a task as it is to be typed: `rondo claim passkeys/planning`. */
export function nameTask(command: string, { name, beside }: Target, task: string): string {
  const [rondo, verb, id, ...rest] = command.split(' ');
  return beside === true && id === task ? [rondo, verb, `${name}/${id}`, ...rest].join(' ') : command;
}

export function nameTasks(needs: readonly Need[], target: Target): Need[] {
  return needs.map((need) => ({ ...need, command: nameTask(need.command, target, need.task) }));
}
