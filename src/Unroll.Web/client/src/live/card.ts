import { element, type Child } from '../page/element';

/** A part of the page with its heading and a sentence on what is seen. */
export function card(id: string, title: string, note: string, ...content: Child[]): HTMLElement {
  return element('section', { class: 'card', id, 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title` }, title), element('p', { class: 'note' }, note), ...content);
}

/** A labelled control. */
export const labelled = (text: string, control: HTMLElement): HTMLElement =>
  element('label', { class: 'control' }, element('span', {}, text), control);

/** A list to choose from. */
export function select(id: string, options: [value: string, text: string][], change: (value: string) => void): HTMLSelectElement {
  return element('select', { id, change: (event) => change((event.target as HTMLSelectElement).value) },
    ...options.map(([value, text]) => element('option', { value }, text)));
}

/** A button. */
export const button = (id: string, text: string, click: () => void): HTMLButtonElement =>
  element('button', { id, type: 'button', click }, text);

/** Sets a text only where it is another, so that a screen reader is told of changes alone. */
export function say(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
