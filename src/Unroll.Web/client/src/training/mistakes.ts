import type { Mistake } from '../data';
import { element } from '../page/element';
import { percent } from '../page/numbers';
import { card } from '../page/section';

/** The rows the model was surest about and wrong, with their texts. */
export function mistakesCard(mistakes: Mistake[]): HTMLElement {
  if (mistakes.length === 0) return card('Worst mistakes', element('p', { class: 'note' }, 'No dev row was predicted wrongly.'));
  return card('Worst mistakes', element('p', { class: 'note' }, 'Dev rows with the lowest probability of their own label.'),
    element('ol', { class: 'mistakes', id: 'mistakes' }, ...mistakes.map((mistake) =>
      element('li', {},
        element('p', { class: 'quoted', dir: 'auto' }, mistake.text),
        element('p', { class: 'note' },
          'label ', element('b', {}, element('bdi', {}, mistake.label)),
          ', predicted ', element('b', {}, element('bdi', {}, mistake.predicted)),
          ` with ${percent(mistake.probability)}; loss ${mistake.loss.toFixed(2)} nats; line ${mistake.line}`)))));
}
