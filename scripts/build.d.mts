export interface BuildReport {
  /** Entries that are not there, as sentences. */
  readonly missing: string[];
  /** What went wrong, as sentences. */
  readonly problems: string[];
  readonly sizes: string[];
}

/** Builds the entries that exist. Where one is missing or broken it says so, and removes the old output. */
export function buildAll(): Promise<BuildReport>;
