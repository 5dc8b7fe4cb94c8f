/** What only a person may say is refused to a worker, and to whatever descends from one. */
import { fail } from '../errors.ts';
import type { Session } from './session.ts';

/** Throws `called-by-worker`: before a round that would take every command as approved. */
export function refuseTrustToWorker(session: Session): void {
  if (session.outside.trustAll) refuseWorker(session, 'take every command as approved');
}

/** Throws `called-by-worker`. `what` goes on after "cannot": "approve a task". */
export function refuseWorker({ outside }: Session, what: string): void {
  // What the environment says is asked first: it costs nothing. It may also say nothing, and that proves nothing.
  const { caller } = outside;
  if (caller !== null) fail('called-by-worker', `a worker cannot ${what}`, { task: caller.task });
  const descent = outside.workers.descent();
  if (descent.kind === 'worker' && descent.attempt !== null)
    fail('called-by-worker', `this process descends from ${descent.attempt}, and a worker cannot ${what}`);
  if (descent.kind === 'worker')
    fail(
      'called-by-worker',
      `this shell was started by a worker (nothing says by which one), and a worker cannot ${what}`,
      {
        hint: 'Say it from a shell that no worker started, where "Max file locks" in /proc/self/limits is unlimited.',
      },
    );
  if (descent.kind === 'unknown')
    fail('called-by-worker', `nothing says where this process comes from, and a worker cannot ${what}`, {
      hint: 'Make /proc or `ps` work here, so that Rondo can see that no worker calls it.',
    });
}
