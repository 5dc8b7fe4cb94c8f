/** What an outline's line says beside its title: `(after: x, y)`, `#tag`, `~30m`. Code spans are left alone. */
import { durationMs } from '../model/time.ts';

export interface ItemWords {
  readonly title: string;
  readonly after: readonly string[];
  readonly tags: readonly string[];
  readonly estimate: string | undefined;
}

const AFTER = /\(after:([^()]*)\)/gi;
const TAG = /(^|\s)#(\p{L}[\p{L}\p{N}_-]*)(?=$|[\s,;.:!?)])/gu;
const ESTIMATE = /(^|\s)~(\d[\d.]*\s?(?:d|h|min|m|s)(?:\s?\d[\d.]*(?:h|min|m|s))*)(?=$|[\s,;.:!?)])/g;

export function readWords(line: string): ItemWords {
  const after: string[] = [];
  const tags: string[] = [];
  const estimates: string[] = [];
  const plain = (text: string) =>
    text
      .replace(AFTER, (_, names: string) => {
        after.push(...names.split(',').map((name) => name.trim()));
        return '';
      })
      .replace(TAG, (_, before: string, tag: string) => {
        tags.push(tag);
        return before;
      })
      .replace(ESTIMATE, (all: string, before: string, estimate: string) => {
        const duration = estimate.replace(/\s/g, '');
        if (estimates.length > 0 || durationMs(duration) === undefined) return all;
        estimates.push(duration);
        return before;
      });
  const parts = line.split(/(`+[^`]+`+)/);
  const title = parts.map((part, i) => (i % 2 === 0 ? plain(part) : part)).join('');
  return {
    title: title.replace(/\s+/g, ' ').trim(),
    after: after.filter((name) => name !== ''),
    tags: [...new Set(tags)],
    estimate: estimates[0],
  };
}
