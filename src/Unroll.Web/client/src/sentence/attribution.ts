import type { Sentence } from '../data';
import { element } from '../page/element';
import { signed } from '../page/numbers';
import { card } from '../page/section';

const KINDS = [
  {
    key: 'gradient_x_input',
    title: 'Gradient × input',
    before: 'What each word adds to the logit of',
    after: ', to first order.',
  },
  {
    key: 'leave_one_out',
    title: 'Leaving a word out',
    before: 'What is lost without the word, of the logit of',
    after: ', measured.',
  },
] as const;

/** How much each word speaks for the prediction: as a number, as a bar and as a colour. */
export const attributionCards = (sentence: Sentence): HTMLElement[] =>
  KINDS.filter(({ key }) => sentence.attribution[key].length > 0).map(({ key, title, before, after }) => {
    const values = sentence.attribution[key];
    const most = values.reduce((a, value) => Math.max(a, Math.abs(value)), 0) || 1;
    return card(title,
      element('p', { class: 'note' },
        `${before} `, element('b', {}, element('bdi', {}, sentence.label)),
        `${after} Orange and + speak for it, blue and \u2212 against it.`),
      element('ol', { class: 'words', id: `words-${key}`, dir: 'auto' },
        ...sentence.tokens.map((token, t) => word(token, values[t] ?? 0, most))));
  });

function word(token: string, value: number, most: number): HTMLElement {
  const share = Math.abs(value) / most;
  return element('li', { class: value < 0 ? 'against' : 'for', style: `--share:${share.toFixed(3)}` },
    element('bdi', { class: 'token' }, token), element('span', { class: 'amount', dir: 'ltr' }, signed(value)));
}
