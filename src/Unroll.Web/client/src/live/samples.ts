import { element } from '../page/element';
import { percent } from '../page/numbers';
import { card, say } from './card';
import type { Lab, Part } from './lab';
import type { Answer, View } from './view';

/** The training sentences and those that are never trained, with what the network answers. */
export function samples(lab: Lab): { element: HTMLElement; part: Part } {
  const count = element('p', { class: 'figures-line', id: 'right' });
  const body = element('tbody');
  const table = element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Sentences' }, element('table', {},
    element('thead', {},
      element('tr', {}, ...['Sentence', 'Right', 'Answer', ''].map((name) => element('th', { scope: 'col' }, name)))), body));
  const whole = card('samples', 'Answers', 'What the network says of every sentence. Unseen ones are never trained.', count,
    table);
  return {
    element: whole,
    part: {
      update: ({ view }) => {
        const rows = [...view.samples.map((answer) => row(view, answer, 'trained')),
          ...view.unseen.map((answer) => row(view, answer, 'unseen'))];
        body.replaceChildren(...rows);
        const right = (answers: Answer[]): string => `${answers.filter((answer) => answer.right).length} of ${answers.length}`;
        say(count, `${right(view.samples)} trained sentences are right`
          + (view.unseen.length > 0 ? `, ${right(view.unseen)} unseen ones.` : '.'));
      },
    },
  };

  function row(view: View, answer: Answer, kind: string): HTMLElement {
    const p = answer.probabilities[view.labels.indexOf(answer.answer ?? '')];
    return element('tr', { class: answer.right ? '' : 'wrong' },
      element('th', { scope: 'row' }, element('button', {
        type: 'button', class: 'quiet', click: () => {
          lab.typed = answer.text;
          lab.word = 0;
          void lab.look();
        },
      }, answer.text)),
      element('td', {}, answer.label),
      element('td', { class: 'number' }, `${answer.right ? '✓' : '✗'} ${answer.answer ?? 'unknown word'} ${percent(p, 0)}`),
      element('td', { class: 'note' }, kind));
  }
}
