/**
 * Puts what an agent prints into words for people, line by line: what it says, which tools it uses, what fails. What is
 * only for programs (sessions, usage, outputs of tools) is left out; a line that is no event stays as it is.
 */
import type { AgentName } from '../../model/agents.ts';
import type { Teller } from '../../ports.ts';
import { inertText } from '../inert-text.ts';
import { type Event, eventOf, listIn, objectIn, oneLine, textIn, toolWords } from './agent-end.ts';

type Told =
  | { readonly kind: 'words' | 'deed' | 'failure'; readonly text: string }
  /** Goes on where the last piece ended. */
  | { readonly kind: 'piece'; readonly text: string }
  /** Its last words, which most agents have said before. */
  | { readonly kind: 'answer'; readonly text: string };

/** Null for an agent that prints no events. */
export function openTeller(name: AgentName): Teller | null {
  const words = WORDS[name];
  if (words === null) return null;
  let open = false;
  let said = '';
  const line = (text: string) => {
    const before = open ? '\n' : '';
    open = false;
    return `${before}${text}\n`;
  };
  const put = ({ kind, text }: Told): string => {
    switch (kind) {
      case 'piece':
        said = open ? said + text : text;
        open = true;
        return inertText(text);
      case 'answer':
        return text.trim() === said.trim() ? '' : put({ kind: 'words', text });
      case 'words':
        said = text;
        return line(inertText(text).trimEnd());
      case 'deed':
        return line(`> ${inertText(oneLine(text, MOST_LETTERS))}`);
      case 'failure':
        return line(`! ${inertText(oneLine(text, MOST_LETTERS))}`);
    }
  };
  return {
    tell: (printed) => {
      const event = eventOf(printed);
      return typeof event?.type === 'string' ? words(event).map(put).join('') : line(printed);
    },
  };
}

const MOST_LETTERS = 200;

const told = (kind: Told['kind'], text: string | undefined): readonly Told[] =>
  text === undefined ? [] : [{ kind, text }];

const WORDS: Readonly<Record<AgentName, ((event: Event) => readonly Told[]) | null>> = {
  claude: wordsOfClaude,
  codex: wordsOfCodex,
  gemini: wordsOfGemini,
  opencode: wordsOfOpencode,
  aider: null,
};

function wordsOfClaude(event: Event): readonly Told[] {
  const parts = listIn(objectIn(event, 'message'), 'content');
  switch (event.type) {
    case 'assistant':
      return parts.flatMap((part) => {
        if (part.type === 'text') return told('words', textIn(part, 'text'));
        if (part.type !== 'tool_use') return [];
        return told('deed', toolWords(textIn(part, 'name') ?? 'a tool', objectIn(part, 'input')));
      });
    case 'user':
      return parts
        .filter((part) => part.type === 'tool_result' && part.is_error === true)
        .flatMap((part) => told('failure', textOfResult(part) ?? 'the tool failed'));
    case 'result': {
      const said = textIn(event, 'result');
      const subtype = textIn(event, 'subtype') ?? 'success';
      if (event.is_error === true || subtype !== 'success')
        return told('failure', said === undefined ? subtype : `${subtype}: ${said}`);
      return told('answer', said);
    }
    default:
      return [];
  }
}

/** A text, or a list of parts with texts. */
function textOfResult(part: Event): string | undefined {
  return textIn(part, 'content') ?? listIn(part, 'content').map((each) => textIn(each, 'text'))[0];
}

function wordsOfCodex(event: Event): readonly Told[] {
  switch (event.type) {
    case 'item.completed':
      return wordsOfItem(objectIn(event, 'item'));
    case 'turn.failed':
      return told('failure', textIn(objectIn(event, 'error'), 'message') ?? 'the turn failed');
    case 'error':
      return told('failure', textIn(event, 'message') ?? 'an error');
    default:
      return [];
  }
}

function wordsOfItem(item: Event): readonly Told[] {
  const type = textIn(item, 'type');
  switch (type) {
    case undefined:
    case 'reasoning':
    case 'todo_list':
      return [];
    case 'agent_message':
      return told('words', textIn(item, 'text'));
    case 'error':
      return told('failure', textIn(item, 'message') ?? 'an error');
    case 'command_execution': {
      const failed = item.status === 'declined' ? ' (declined)' : exitWords(item.exit_code);
      return told(failed === '' ? 'deed' : 'failure', `${textIn(item, 'command') ?? 'a command'}${failed}`);
    }
    case 'file_change': {
      const paths = listIn(item, 'changes').flatMap((change) => textIn(change, 'path') ?? []);
      return told('deed', `edit: ${paths.join(', ')}`);
    }
    default: {
      const what = ['tool', 'query', 'text']
        .map((key) => textIn(item, key))
        .find((text) => text !== undefined);
      return told('deed', what === undefined ? type : `${type}: ${what}`);
    }
  }
}

function exitWords(code: unknown): string {
  return typeof code === 'number' && code !== 0 ? ` (exit code ${code})` : '';
}

function wordsOfGemini(event: Event): readonly Told[] {
  switch (event.type) {
    case 'message':
      if (event.role !== 'assistant' || typeof event.content !== 'string') return [];
      return told(event.delta === true ? 'piece' : 'words', event.content);
    case 'tool_use':
      return told('deed', toolWords(textIn(event, 'tool_name') ?? 'a tool', objectIn(event, 'parameters')));
    case 'tool_result':
      return event.status === 'error' ? told('failure', errorWords(event) ?? 'the tool failed') : [];
    case 'error':
      return told('failure', textIn(event, 'message') ?? 'an error');
    case 'result':
      return event.status === 'success' ? [] : told('failure', errorWords(event) ?? 'it met an error');
    default:
      return [];
  }
}

function wordsOfOpencode(event: Event): readonly Told[] {
  const part = objectIn(event, 'part');
  switch (event.type) {
    case 'text':
      return told('words', textIn(part, 'text'));
    case 'tool_use': {
      const state = objectIn(part, 'state');
      const failed = state.status === 'error' ? (textIn(state, 'error') ?? 'the tool failed') : undefined;
      return [
        ...told('deed', toolWords(textIn(part, 'tool') ?? 'a tool', objectIn(state, 'input'))),
        ...told('failure', failed),
      ];
    }
    case 'error':
      return told('failure', errorWords(event) ?? 'it met an error');
    default:
      return [];
  }
}

function errorWords(event: Event): string | undefined {
  const error = objectIn(event, 'error');
  return textIn(objectIn(error, 'data'), 'message') ?? textIn(error, 'message') ?? textIn(error, 'name');
}
