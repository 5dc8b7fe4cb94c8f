/** One call of a command on one checkout: the outside, and how to speak to whoever called. */
import { resolve } from 'node:path';
import type { Outside } from '../ports.ts';
import { type Host, variable } from './host.ts';
import { loadStyle, type Style } from './print/style.ts';

export interface Session {
  readonly host: Host;
  readonly outside: Outside;
  readonly json: boolean;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  /** How standard output is dressed. */
  readonly style: Style;
  /** How standard error is dressed. */
  readonly noteStyle: Style;
  /** The width to fit text to; without a terminal nothing is cut or wrapped. */
  readonly columns: number;
  /** Progress and warnings: lines on standard error. */
  note(text: string): void;
}

/** `trust`: whether every command counts as approved; `asked` where the environment says so. */
export async function openSession(
  host: Host,
  flags: { readonly json: boolean; readonly dir: string | undefined },
  trust: 'all' | 'asked' | 'never',
  limits: { readonly commandTimeoutMs?: number } = {},
): Promise<Session> {
  const dir = flags.dir === undefined ? host.cwd : resolve(host.cwd, flags.dir);
  const trustAll = trust === 'all' || (trust === 'asked' && variable(host, 'RONDO_TRUST') === 'all');
  const outside = await host.open({ dir, trustAll, ...limits });
  return {
    host,
    outside,
    json: flags.json,
    interactive: !flags.json && host.stderr.isTTY && host.stdinIsTTY && variable(host, 'CI') === undefined,
    style: await loadStyle(host, host.stdout),
    noteStyle: await loadStyle(host, host.stderr),
    columns: host.stdout.isTTY ? host.stdout.columns : Number.POSITIVE_INFINITY,
    note: (text) => host.stderr.write(`${text}\n`),
  };
}
