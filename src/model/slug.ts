/** Ids made from titles: lower-case words of ASCII with dashes between them. */

const LONGEST = 40;

/** As many of the title's words as make a handy id; '' where it has nothing that an id may hold. */
export function slugOf(title: string): string {
  let slug = '';
  for (const word of wordsOf(title)) {
    const longer = slug === '' ? word.slice(0, LONGEST) : `${slug}-${word}`;
    if (longer.length > LONGEST) break;
    slug = longer;
  }
  return slug;
}

/** All of the words, however many there are: a name that somebody chose is not cut. */
export function wholeSlugOf(topic: string): string {
  return wordsOf(topic).join('-');
}

function wordsOf(title: string): readonly string[] {
  return title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/['’]/g, '')
    .replace(/[^\u0000-\u007f]/gu, (letter) => LETTERS.get(letter) ?? ' ')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** Letters that are no others with a mark: of Latin, Greek and Cyrillic. What other scripts say takes a number. */
const LETTERS: ReadonlyMap<string, string> = new Map(
  [
    'ß=ss æ=ae œ=oe ø=o ł=l đ=d ð=d þ=th ħ=h ı=i ŋ=ng',
    'α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o',
    'а=a б=b в=v г=g д=d е=e ж=zh з=z и=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch',
    'ъ= ы=y ь= э=e ю=yu я=ya є=ye і=i ґ=g ђ=dj ј=j љ=lj њ=nj ћ=c џ=dz',
  ]
    .join(' ')
    .split(' ')
    .map((pair) => [pair.slice(0, 1), pair.slice(2)]),
);

/** The slug, or with the first number behind it that makes it unlike the others; letter case does not count. */
export function uniqueId(slug: string, taken: readonly string[]): string {
  return idMaker(taken)(slug);
}

/** Makes ids one after the other, each unlike those that are taken and those it made before. */
export function idMaker(taken: readonly string[]): (slug: string) => string {
  const others = new Set(taken.map((id) => id.toLowerCase()));
  const next = new Map<string, number>();
  return (slug) => {
    const base = slug === '' ? 'task' : slug;
    let n = next.get(base) ?? 1;
    while (others.has(numbered(base, n))) n += 1;
    const id = numbered(base, n);
    next.set(base, n + 1);
    others.add(id);
    return id;
  };
}

function numbered(base: string, n: number): string {
  return n === 1 ? base : `${base}-${n}`;
}
