/** Ids made from titles: lower-case words of ASCII with dashes between them. */

const LONGEST = 40;

/** '' where the title has nothing that an id may hold. */
export function slugOf(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/['’]/g, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word.slice(0, LONGEST) : `${slug}-${word}`;
    if (longer.length > LONGEST) break;
    slug = longer;
  }
  return slug;
}

/** The slug, or with the first number behind it that makes it unlike the others; letter case does not count. */
export function uniqueId(slug: string, taken: readonly string[]): string {
  const others = new Set(taken.map((id) => id.toLowerCase()));
  const base = slug === '' ? 'task' : slug;
  if (!others.has(base)) return base;
  let n = 2;
  while (others.has(`${base}-${n}`)) n += 1;
  return `${base}-${n}`;
}
