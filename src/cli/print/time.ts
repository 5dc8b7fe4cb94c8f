/** Times as people read them, in the time zone of the machine. */
import { formatDuration, timeMs } from '../../model/time.ts';

/** `14:02:11`. */
export function clockTime(ms: number): string {
  return stamp(ms).slice(11);
}

/** `14:02` for today, else `2026-11-21 14:02`. */
export function shortTime(ms: number, now: number): string {
  const text = stamp(ms);
  return text.slice(0, 10) === stamp(now).slice(0, 10) ? text.slice(11, 16) : text.slice(0, 16);
}

/** A time of a plan: `14:02 (in 42m)`; as it stands where it is none. */
export function dueTime(iso: string, now: number): string {
  const ms = timeMs(iso);
  if (ms === undefined) return iso;
  const away = ms - now;
  const far = Math.abs(away);
  const distance = far < 1000 ? 'now' : away > 0 ? `in ${roughly(far)}` : `${roughly(far)} ago`;
  return `${shortTime(ms, now)} (${distance})`;
}

/** From ten minutes on without seconds: the time itself stands beside it. */
function roughly(ms: number): string {
  return formatDuration(ms < 10 * MINUTE ? ms : Math.round(ms / MINUTE) * MINUTE);
}

const MINUTE = 60_000;

function stamp(ms: number): string {
  const d = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}
