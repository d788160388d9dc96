import type { Sentence } from '../data';
import { element } from '../page/element';
import { signed } from '../page/numbers';
import { card } from '../page/section';

const KINDS = [
  {
    key: 'gradient_x_input',
    title: 'Gradient × input',
    before: 'What each word adds to the logit of',
    after: ', if the slope at this point went on as a straight line. Where it bends, as near the ends of tanh, leaving the word '
      + 'out says something else.',
  },
  {
    key: 'leave_one_out',
    title: 'Leaving a word out',
    before: 'What is lost without the word, of the logit of',
    after: ', measured: the text is read again without it. The words after it make up for some of it.',
  },
  {
    key: 'linear',
    title: 'Linear part',
    before: 'What each word and its pieces add to the logit of',
    after: ' through the linear part.',
  },
] as const;

/** The strongest terms of the linear part with what they add; quotes, for a piece of a word begins with a blank. */
export const termsLine = (sentence: Sentence): string =>
  (sentence.linear?.terms ?? []).map(({ term, value }) => `“${term}” ${signed(value)}`).join(', ');

/** How much each word speaks for the prediction: as a number, as a bar and as a colour. */
export const attributionCards = (sentence: Sentence): HTMLElement[] =>
  KINDS.filter(({ key }) => sentence.attribution[key]?.length).map(({ key, title, before, after }) => {
    const values = sentence.attribution[key] ?? [];
    const terms = key === 'linear' ? termsLine(sentence) : '';
    const most = values.reduce((a, value) => Math.max(a, Math.abs(value)), 0) || 1;
    return card(title,
      element('p', { class: 'note' },
        `${before} `, element('b', {}, element('bdi', {}, sentence.label)),
        `${after} Orange and + speak for it, blue and \u2212 against it.`),
      element('ol', { class: 'words', id: `words-${key}`, dir: 'auto' },
        ...sentence.tokens.map((token, t) => word(token, values[t] ?? 0, most))),
      ...(terms ? [element('p', { class: 'note', id: 'linear-terms' }, 'Strongest terms: ', element('bdi', {}, terms))] : []));
  });

function word(token: string, value: number, most: number): HTMLElement {
  const share = Math.abs(value) / most;
  return element('li', { class: value < 0 ? 'against' : 'for', style: `--share:${share.toFixed(3)}` },
    element('bdi', { class: 'token' }, token), element('span', { class: 'amount', dir: 'ltr' }, signed(value)));
}
