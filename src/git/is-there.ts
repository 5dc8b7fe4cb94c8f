import { lstatSync } from 'node:fs';

/** Whether anything is at a path, a link that leads nowhere included. What cannot be looked at is not there. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
