/** Prints a ledger. Strings are in quotes, so that no reader of YAML takes a name or a time for something else. */
import type { Checkpoint, Ledger } from '../model/ledger.ts';
import { printValue } from './print-value.ts';

export function printLedger(ledger: Ledger): string {
  const { checkpoints, ...rest } = ledger;
  const pairs = ORDER.flatMap((key) => (rest[key] === undefined ? [] : [printLedgerPair(key, rest[key])]));
  const items = checkpoints.flatMap((each) => printCheckpoint(each, '  '));
  const list = items.length === 0 ? ['checkpoints: []'] : ['checkpoints:', ...items];
  return `${[...pairs, ...list].join('\n')}\n`;
}

const ORDER = [
  'version',
  'workflow_id',
  'workflow_type',
  'started_at',
  'last_checkpoint',
  'current_step',
  'status',
] as const;

export function printLedgerPair(key: string, value: unknown): string {
  return `${key}: ${printValue(value, { flow: false, core: true, ...(typeof value === 'string' ? { quoting: 'double' } : {}) })}`;
}

/** The lines of one item of the list, its mark at the indentation given. */
export function printCheckpoint(
  { step, name, status, completed_at, data }: Checkpoint,
  indent: string,
): string[] {
  const pairs = [
    printLedgerPair('step', step),
    printLedgerPair('name', name),
    printLedgerPair('status', status),
    ...(completed_at === undefined ? [] : [printLedgerPair('completed_at', completed_at)]),
    printLedgerPair('data', data ?? {}),
  ];
  return pairs.map((pair, i) => `${indent}${i === 0 ? '- ' : '  '}${pair}`);
}
