type Element = string | number | boolean | null;

/** Text that an array literal takes without quotes; the word NULL would be read as no value. */
const PLAIN = /^(?!null$)[\w:.+-]+$/i;

/**
 * A Postgres array literal, e.g. `{1,"two words",NULL}`. The driver's own quotes and escapes every element, numbers
 * included, and takes several times as long; a batch has some hundred thousand of them.
 */
export function arrayLiteral(elements: readonly Element[]): string {
  let text = '';
  for (const element of elements) text += `,${toText(element)}`;
  return `{${text.slice(1)}}`;
}

function toText(element: Element): string {
  if (element === null) return 'NULL';
  if (typeof element !== 'string') return String(element);
  return PLAIN.test(element) ? element : `"${element.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
