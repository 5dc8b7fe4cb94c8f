/** What a word is likely to mean that is no command: what other tools call it, which letters alone would not find. */

export const MEANT: Readonly<Record<string, string>> = {
  abort: 'pause --stop',
  begin: 'claim',
  close: 'done',
  commit: 'round',
  continue: 'run',
  create: 'new',
  delete: 'cancel',
  finish: 'done',
  go: 'run',
  history: 'log',
  lint: 'check',
  ls: 'list',
  plan: 'new',
  plans: 'list',
  remove: 'cancel',
  rm: 'cancel',
  skip: 'cancel',
  start: 'run',
  stop: 'pause',
  take: 'claim',
  task: 'show',
  tasks: 'status',
  tick: 'round',
  todo: 'next',
  undo: 'reopen',
  update: 'edit',
  validate: 'check',
  verify: 'check',
  who: 'recommend',
  why: 'log',
};

/** A command to look at, or undefined where the word says nothing. */
export function commandMeant(word: string): string | undefined {
  return Object.hasOwn(MEANT, word) ? MEANT[word] : undefined;
}
