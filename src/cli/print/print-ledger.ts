/** A ledger as people read it. */
import type { LedgerDocument } from '../../model/documents.ts';
import { timeMs } from '../../model/time.ts';
import { inertLine } from './inert.ts';
import type { StatusOptions } from './print-status.ts';
import { shortTime } from './time.ts';

export function printLedgerView(document: LedgerDocument, view: StatusOptions): string {
  const { ledger, file, on } = document;
  if (ledger === null) return `${file}: ${document.state === 'none' ? noLedger(on) : 'cannot be read'}\n`;
  const { style } = view;
  const stale =
    document.current === false ? style.yellow('  differs from the plan, which is what counts') : '';
  const head = `${style.bold(inertLine(ledger.workflow_id))}  ${ledger.status}  step ${ledger.current_step}, ${file}${stale}`;
  const width = Math.max(0, ...ledger.checkpoints.map(({ step }) => String(step).length));
  const rows = ledger.checkpoints.map(({ step, name, status, completed_at }) => {
    const mark = status === 'completed' ? style.green('✓') : style.red('✗');
    const when = completed_at === undefined ? status : shown(completed_at, view.now);
    return `  ${mark}  ${String(step).padStart(width)}  ${inertLine(name)}  ${style.dim(when)}`;
  });
  return [head, '', ...rows, ...(rows.length === 0 ? [] : ['']), NEXT[document.resume], ''].join('\n');
}

function noLedger(on: boolean): string {
  return on ? 'not there yet; the first milestone writes it' : 'not there (task_tracking.ledger is off)';
}

function shown(iso: string, now: number): string {
  const ms = timeMs(iso);
  return ms === undefined ? iso : shortTime(ms, now);
}

const NEXT: Readonly<Record<LedgerDocument['resume'], string>> = {
  fresh: 'the run is over; another one starts afresh',
  'from-last-checkpoint': 'if its plan is gone: rondo import --from ledger goes on from the last checkpoint',
  'from-failed-step': 'if its plan is gone: rondo import --from ledger goes on from the failed step',
  'stop-or-fresh': 'mend it, or set on_broken_ledger: fresh',
};
