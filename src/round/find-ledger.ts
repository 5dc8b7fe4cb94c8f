/** Reads a ledger file, and sorts it into the states of the recovery decision table. */
import { type Problem, RondoError } from '../errors.ts';
import type { Ledger } from '../model/ledger.ts';
import type { Outside } from '../ports.ts';

export interface FoundLedger {
  readonly file: string;
  readonly state: 'none' | 'unreadable' | Ledger['status'];
  readonly ledger: Ledger | undefined;
  readonly problems: readonly Problem[];
}

/** The ledger at a path, or why it cannot be read. */
export async function findLedger({ repo }: Outside, file: string): Promise<FoundLedger> {
  try {
    const text = repo.readFile(file);
    if (text === null) return { file, state: 'none', ledger: undefined, problems: [] };
    const { parseLedger } = await import('../state-file/ledger-text.ts');
    const { ledger, problems } = parseLedger(text, file);
    return { file, state: ledger?.status ?? 'unreadable', ledger, problems };
  } catch (error) {
    if (!(error instanceof RondoError)) throw error;
    return { file, state: 'unreadable', ledger: undefined, problems: error.problems };
  }
}
