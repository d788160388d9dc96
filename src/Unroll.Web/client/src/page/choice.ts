import { element } from './element';

/** A labelled list to choose one of several from; null where there is nothing to choose. */
export function choice(label: string, options: string[], chosen: (index: number) => void, start = 0): HTMLElement | null {
  if (options.length < 2) return null;
  const select = element('select', { change: (event) => chosen((event.target as HTMLSelectElement).selectedIndex) },
    ...options.map((option, i) => element('option', { selected: i === start }, option)));
  return element('label', { class: 'choice' }, `${label} `, select);
}

/** The same list above several charts: what is chosen in one is chosen in all. */
export function linkedChoice(label: string, options: string[], chosen: (index: number) => void, start = 0): {
  control: (redraw: () => void) => HTMLElement | null;
} {
  const lists: HTMLSelectElement[] = [];
  const redraws: (() => void)[] = [];
  const choose = (index: number): void => {
    chosen(index);
    for (const list of lists) list.selectedIndex = index;
    for (const redraw of redraws) redraw();
  };
  return {
    control: (redraw) => {
      const list = choice(label, options, choose, start);
      const select = list?.querySelector('select');
      if (select) lists.push(select);
      redraws.push(redraw);
      return list;
    },
  };
}
