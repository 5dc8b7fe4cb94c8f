/** The form of task ids and plan names; apart from the schemas, so that reading a plan need not load them. */

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Whether a task id or plan name has the one legal form, which is also fit for a git ref. */
export function isId(id: string): boolean {
  return ID.test(id) && !id.includes('..') && !id.endsWith('.') && !/\.lock$/i.test(id);
}
