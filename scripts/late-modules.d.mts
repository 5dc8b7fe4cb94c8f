export const LATE_BUILTINS: readonly string[];
export const LATE_SOURCES: readonly string[];
