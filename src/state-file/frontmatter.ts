/**
 * The one user of gray-matter, which knows where frontmatter ends for the many tools that read the same files. Left to
 * itself it runs code (`---js`), caches what it read, and takes seconds over thousands of blank lines; so it sees only
 * text whose first line is `---`, with engines that refuse, options given, and blank lines thinned out.
 */
import matter from 'gray-matter';

const refuse = (): never => {
  throw new Error('only YAML is read from frontmatter');
};

/** Every language gray-matter knows or has known, by each of its names; and YAML, which our own codec reads. */
const ENGINES = {
  js: refuse,
  javascript: refuse,
  json: refuse,
  toml: refuse,
  coffee: refuse,
  coffeescript: refuse,
  cson: refuse,
  yaml: () => ({}),
};

/** Whether gray-matter, like us, takes this text (opening line, YAML, closing line) for frontmatter and nothing else. */
export function isWholeFrontmatter(head: string): boolean {
  if (!/^---[ \t]*\r?\n/.test(head)) return false;
  const thin = head.replace(/\n(?:[ \t\r]*\n){8,}/g, '\n\n');
  const file = matter(thin, { engines: ENGINES, language: 'yaml' });
  return file.matter === thin.slice(3, thin.lastIndexOf('\n---')) && file.content.trim() === '';
}
