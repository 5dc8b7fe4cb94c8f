/** A timer that also takes more than the 24.8 days of the system's own. */
export function timer(ms: number | null): { readonly over: Promise<void>; readonly cancel: () => void } {
  const end = ms === null ? Number.POSITIVE_INFINITY : performance.now() + ms;
  let waiting: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    const look = () => {
      const left = end - performance.now();
      if (left <= 0) resolve();
      else waiting = setTimeout(look, Math.min(left, 2 ** 30));
    };
    if (ms !== null) look();
  });
  return { over, cancel: () => clearTimeout(waiting) };
}
