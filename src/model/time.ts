/** Times and durations as plans write them; apart from the schemas, so that printing them need not load those. */

const DURATION =
  /^(?:(\d+(?:\.\d+)?)d)?\s*(?:(\d+(?:\.\d+)?)h)?\s*(?:(\d+(?:\.\d+)?)m(?:in)?)?\s*(?:(\d+(?:\.\d+)?)s)?$/;
const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds of a duration such as `45m`, `1h30m`, `90s` or `2d`; undefined where it is none. */
export function durationMs(source: string): number | undefined {
  const m = DURATION.exec(source.trim());
  if (m === null || source.trim() === '') return undefined;
  const [d, h, min, s] = [m[1], m[2], m[3], m[4]].map((part) => Number(part ?? 0));
  return (((d ?? 0) * 24 + (h ?? 0)) * 60 + (min ?? 0)) * 60_000 + (s ?? 0) * 1000;
}

/** Milliseconds since 1970 of an ISO 8601 time; undefined where it is none. Without a zone it is UTC, on every machine. */
export function timeMs(source: string): number | undefined {
  const m = TIME.exec(source.trim());
  if (m === null) return undefined;
  const [, day, clock, zone] = m;
  const ms = Date.parse(clock === undefined ? `${day}T00:00Z` : `${day}T${clock}${zone ?? 'Z'}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The form in which Rondo writes a time: UTC, whole seconds. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A duration in the shortest form people write: its largest unit and the next one, e.g. `1h30m`, `1h`; below a second `0s`. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const parts = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor((total % 86_400) / 3600), 'h'],
    [Math.floor((total % 3600) / 60), 'm'],
    [total % 60, 's'],
  ] as const;
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return '0s';
  const shown = parts.slice(first, first + 2).filter(([n]) => n > 0);
  return shown.map(([n, unit]) => `${n}${unit}`).join('');
}
