/** Options that are given more than once, or that hold a value of some form. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';

/** Each use of the option adds one value. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Like `collect`, and each value may be several with commas between them. */
export function collectList(value: string, before: string[] | undefined): string[] {
  const parts = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return [...(before ?? []), ...parts];
}

/** `key=value` pairs. */
export function collectPairs(
  value: string,
  before: Record<string, string> | undefined,
): Record<string, string> {
  const at = value.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('Expected <key>=<value>.');
  return Object.assign(Object.create(null), before, { [value.slice(0, at)]: value.slice(at + 1) });
}

export function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return Number(value);
}

/** Another name under which an option is tried: taken like it, and not shown in the help. */
export function alsoNamed<const Flags extends string>(flags: Flags) {
  return new Option(flags).argParser(collectList).hideHelp();
}
