/** What a text says where a field wants a number, a flag or a path; apart from the schemas, so that reading needs no zod. */

/** A whole number; undefined where the text is none. */
export function readInteger(text: string): number | undefined {
  const said = text.trim();
  return /^[+-]?\d{1,15}$/.test(said) ? Number(said) : undefined;
}

/** A whole number from 0; undefined where the text is none. */
export function readCount(text: string): number | undefined {
  const said = text.trim();
  return /^\d{1,15}$/.test(said) ? Number(said) : undefined;
}

/** A yes or no in YAML's words; undefined where the text is neither. */
export function readFlag(text: string): boolean | undefined {
  const said = text.trim();
  if (/^(true|yes|on)$/i.test(said)) return true;
  return /^(false|no|off)$/i.test(said) ? false : undefined;
}

/**
 * Why a path in a plan is refused; undefined where it is safe by its form. Symlinks are for the shell to check.
 * Relative to the repository's root, forward slashes, nothing that leaves it or enters a git directory.
 */
export function pathFault(path: string): string | undefined {
  if (path === '') return 'it is empty';
  if (path.includes('\0')) return 'it holds a NUL byte';
  if (/^[A-Za-z]:/.test(path)) return 'it names a drive';
  if (/^[/\\]/.test(path)) return 'it is absolute';
  if (path.startsWith('-')) return 'it starts with a dash';
  if (path.startsWith(':')) return 'it starts with a colon';
  const parts = path.split(/[/\\]/);
  if (parts.includes('..')) return 'it leaves the repository';
  if (
    parts.some(
      (part) => /^\.git$/i.test(part.normalize('NFKC').replace(/[\s.]+$/, '')) || /^git~\d$/i.test(part),
    )
  )
    return 'it points into the git directory';
  return undefined;
}
