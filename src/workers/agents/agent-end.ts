/** What an agent's output says of its end, beside its exit code, which is 0 on much that went wrong. */
export interface AgentEnd {
  /** Whether it said that it came to its end. */
  readonly closed: boolean;
  /** Why its work is not done; null where nothing says so. */
  readonly failure: string | null;
  /** What it was not allowed to do, in a few words each. */
  readonly denied: readonly string[];
  /** Its last words; '' where it had none. */
  readonly answer: string;
}

/** Reads the output of one agent, line by line. */
export interface AgentReader {
  read(line: string): void;
  end(): AgentEnd;
}

export type Event = Readonly<Record<string, unknown>>;

/** Small enough for the file that says how the attempt ended. */
const MOST_ANSWER = 12_000;
const MOST_DENIED = 5;

/** Collects what the readers find. */
export class Findings {
  closed = false;
  answer = '';
  failure: string | undefined;
  /** An error that it may have got over. */
  lastError: string | undefined;
  readonly #denied = new Set<string>();

  deny(what: string): void {
    this.#denied.add(oneLine(what, 120));
  }

  end(): AgentEnd {
    const failure = this.failure ?? (this.closed ? undefined : this.lastError);
    return {
      closed: this.closed,
      failure: failure === undefined ? null : oneLine(failure, 500),
      denied: [...this.#denied].slice(0, MOST_DENIED),
      answer: this.answer.trim().slice(-MOST_ANSWER),
    };
  }
}

/** The event of a line; undefined where it is none. */
export function eventOf(line: string): Event | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined; // a line of something else
  }
}

/** The object under a key; an empty one where there is none. */
export function objectIn(event: Event, key: string): Event {
  const value = event[key];
  return isEvent(value) ? value : {};
}

export function listIn(event: Event, key: string): readonly Event[] {
  const value = event[key];
  return Array.isArray(value) ? value.filter(isEvent) : [];
}

export function textIn(event: Event, key: string): string | undefined {
  const value = event[key];
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** `Bash: npm test`: the tool, and what it was to do as far as that is a line. */
export function toolWords(tool: string, input: Event): string {
  const what = ['command', 'file_path', 'filePath', 'path', 'url', 'pattern']
    .map((key) => textIn(input, key))
    .find((text) => text !== undefined);
  return what === undefined ? tool : `${tool}: ${what}`;
}

function isEvent(value: unknown): value is Event {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text with its line ends as blanks, cut at a length. */
export function oneLine(text: string, limit: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= limit ? flat : `${flat.slice(0, limit - 1)}…`;
}
