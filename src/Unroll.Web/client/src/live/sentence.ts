import { element } from '../page/element';
import { percent } from '../page/numbers';
import { button, card, labelled, say, select } from './card';
import { shortened, type Lab, type Part } from './lab';
import type { Sentence, View } from './view';

/** A sentence read again and again, as many words as a page shows. */
export function repeated(text: string, times: number): string {
  const words = text.split(/\s+/).filter((word) => word !== '').join(' ');
  return shortened(Array.from({ length: times }, () => words).join(' '));
}

/** A sentence of one's own, word by word, with the answer after each; unknown words can be added. */
export function sentence(lab: Lab): { element: HTMLElement; part: Part } {
  const input = element('input',
    { id: 'typed', type: 'text', autocomplete: 'off', spellcheck: false, input: () => type(input.value) });
  const times = element('input', { id: 'times', type: 'number', min: 1, max: 16, value: 1, change: () => type(input.value) });
  const words = element('ol', { class: 'words', id: 'read' });
  const unknown = element('div', { id: 'unknown', role: 'status' });
  const label = select('sample-label', [], () => undefined);
  const add = button('add-sample', 'Train it too', () => void lab.act('sample', label.value, lab.typed));
  const adding = element('div', { class: 'row' }, labelled('Its answer', label), add);
  const known = element('datalist', { id: 'vocabulary' });
  const answer = element('p', { id: 'answer' });
  const vocabulary = element('p', { class: 'note', id: 'known-words' });
  const whole = card('sentence', 'Sentence', 'Type any words of the vocabulary: the state moves as you type.',
    element('div', { class: 'row' }, labelled('Your sentence', input), labelled('Read it', element('span', {}, times, ' ×'))),
    known, vocabulary, words, answer, unknown, adding);

  function type(text: string): void {
    const count = Math.max(1, Math.min(16, Number(times.value) || 1));
    lab.typed = count > 1 ? repeated(text, count) : shortened(text);
    lab.word = 0;
    void lab.look();
  }

  let labels = '';
  return {
    element: whole,
    part: {
      update: ({ view, chosen, word }) => {
        if (document.activeElement !== input && Number(times.value) === 1 && input.value !== lab.typed) input.value = lab.typed;
        say(vocabulary, `Words: ${view.words.slice(0, 40).join(', ')}${view.words.length > 40 ? ', …' : ''}`);
        words.replaceChildren(...chosen.tokens.map((token, t) => wordBox(view, chosen, token, t, word)));
        say(answer, answerOf(view, chosen));
        showUnknown(chosen);
        if (labels !== view.labels.join('\t')) {
          labels = view.labels.join('\t');
          label.replaceChildren(...view.labels.map((name) => element('option', {}, name)));
        }
        adding.hidden = lab.typed.trim() === '' || view.samples.some((sample) => sample.text === lab.typed);
      },
    },
  };

  function showUnknown(chosen: Sentence): void {
    const key = chosen.unknown.join(' ');
    if (unknown.dataset.words === key) return;
    unknown.dataset.words = key;
    unknown.replaceChildren(...chosen.unknown.map((token) => element('p', {},
      `The vocabulary does not have “${token}”. `,
      element('button', { type: 'button', 'data-word': token, click: () => void lab.act('word', token) }, `Add “${token}”`))));
  }
}

function wordBox(view: View, chosen: Sentence, token: string, t: number, word: number): HTMLElement {
  const p = chosen.probabilities[t + 1] ?? [];
  const best = p.reduce<number>((most, value, i) => ((value ?? 0) > (p[most] ?? 0) ? i : most), 0);
  return element('li', { class: word === t + 1 ? 'now' : chosen.unknown.includes(token) ? 'unknown' : '' },
    element('bdi', {}, token),
    element('span', { class: 'amount' }, p.length === 0 ? '?' : `${view.labels[best]!} ${percent(p[best], 0)}`));
}

function answerOf(view: View, chosen: Sentence): string {
  const last = chosen.probabilities.at(-1);
  if (chosen.tokens.length === 0) return 'Nothing to read.';
  if (!last) return 'No answer: a word is unknown.';
  return view.labels.map((label,
    c) => `${label} ${percent(last[c], 1)}`).join(', ') + (chosen.label ? ` (right: ${chosen.label})` : '');
}
