import { element } from './element';

/** A labelled list to choose one of several from; null where there is nothing to choose. */
export function choice(label: string, options: string[], chosen: (index: number) => void, start = 0): HTMLElement | null {
  if (options.length < 2) return null;
  const select = element('select', { change: (event) => chosen((event.target as HTMLSelectElement).selectedIndex) },
    ...options.map((option, i) => element('option', { selected: i === start }, option)));
  return element('label', { class: 'choice' }, `${label} `, select);
}
