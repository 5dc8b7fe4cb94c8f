/** What a task waits for; apart from the schemas, so that reading a plan need not load them. */
import type { Dependency } from './fields.ts';

export type { Dependency };

/** The task a dependency names. */
export function dependencyId(dependency: Dependency): string {
  return typeof dependency === 'string' ? dependency : dependency.task;
}
