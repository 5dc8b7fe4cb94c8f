/** Waits for what can move a plan: its file saved, a worker's end, the time of the next checkpoint. Nothing is polled. */
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Waker, Watch, Woken } from '../ports.ts';
import { watchRuns } from './watch-runs.ts';

/** setTimeout takes at most this many milliseconds; a later time is waited for in pieces. */
const LONGEST_TIMER = 2 ** 31 - 1;

export function openWaker(options: { readonly root: string; readonly gitDir: string }): Waker {
  return {
    watch(plan, file) {
      const events = new Events();
      const path = join(options.root, file);
      const stopRuns = watchRuns(options.gitDir, plan, () => events.push('worker'));
      const files = watchFile(path, () => events.push('file'));
      return {
        next: (until, signal) => events.next(until, signal),
        close() {
          stopRuns();
          files?.close();
          events.close();
        },
      } satisfies Watch;
    },
  };
}

/** Watches the folder, not the file, because saving replaces the file. */
function watchFile(path: string, onChange: () => void): FSWatcher | undefined {
  const name = basename(path);
  const watcher = watch(dirname(path), { persistent: true }, (_, changed) => {
    if (changed === null || changed === name) onChange();
  });
  // The folder may go (a checkout without it); the next checkpoint still wakes.
  watcher.on('error', () => watcher.close());
  return watcher;
}

/** Remembers the first event that came while nobody waited, so that none is lost between two waits. */
class Events {
  #pending: Woken | undefined;
  #wake: ((why: Woken) => void) | undefined;

  push(why: Woken): void {
    if (this.#wake !== undefined) this.#wake(why);
    else this.#pending ??= why;
  }

  next(until: number | null, signal?: AbortSignal): Promise<Woken> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (signal?.aborted === true) return Promise.resolve('aborted');
    if (pending !== undefined) return Promise.resolve(pending);
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const onAbort = () => this.#wake?.('aborted');
      this.#wake = (why) => {
        this.#wake = undefined;
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        resolve(why);
      };
      signal?.addEventListener('abort', onAbort);
      const arm = () => {
        if (until === null) return;
        const left = until - Date.now();
        if (left <= 0) this.#wake?.('time');
        else timer = setTimeout(arm, Math.min(left, LONGEST_TIMER));
      };
      arm();
    });
  }

  close(): void {
    this.#wake?.('aborted');
  }
}
