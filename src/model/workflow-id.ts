/** The id of one run of a workflow: `<name>-<timestamp>`, such as `build-task-20260213T1430`. */

const STAMP = /-\d{8}T\d{4}$/;

export function workflowId(name: string, ms: number): string {
  return `${name}-${new Date(ms).toISOString().slice(0, 16).replace(/[-:]/g, '')}`;
}

/** Whether an id has the form in which Rondo makes them. */
export function isStamped(id: string): boolean {
  return STAMP.test(id);
}

/** What the run is one of. */
export function workflowName(id: string): string {
  return id.replace(STAMP, '');
}
