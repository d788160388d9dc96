import { element } from '../page/element';
import { format, percent } from '../page/numbers';
import { card } from './card';
import { factorOfStep } from './backward';
import type { Lab, Part, Shown } from './lab';

/** What is asked of the student, with how far it is. */
export function missions(lab: Lab): { element: HTMLElement; part: Part } {
  const list = element('ul', { class: 'missions' });
  const whole = card('missions', 'Missions', 'Each is ticked when the numbers say so.', list);
  let shown = '';
  return {
    element: whole,
    part: {
      update: ({ view }) => {
        const state = JSON.stringify([view.missions, [...lab.done]]);
        if (state === shown) return;
        shown = state;
        list.replaceChildren(...view.missions.map((mission) => {
          const isDone = lab.done.has(mission.id);
          return element('li', { 'data-mission': mission.id, 'data-done': String(isDone) },
            element('strong', {}, isDone ? '✓ Done: ' : '○ '), mission.title, element('br'),
            element('span', { class: 'note' }, `Now: ${mission.measured}.`));
        }));
      },
    },
  };
}

interface Question {
  id: string;
  text: string;
  options: string[];
  /** What is true now, by the numbers on the page. */
  reveal: (shown: Shown) => string;
}

/** How far apart two states are. */
export const distance = (a: (number | null)[], b: (number | null)[]): number =>
  Math.hypot(...a.map((value, i) => (value ?? 0) - (b[i] ?? 0)));

/** The lab's two questions as questions whose answer can be looked up after a guess. */
export const QUESTIONS: Question[] = [
  {
    id: 'hold',
    text: 'What does the hidden state hold at each step? Guess: after three words, “The movie is”, how far apart are the '
      + 'states of the two sentences?',
    options: ['Far apart: it knows the answer', 'A little apart', 'Not at all apart'],
    reveal: ({ view }) => {
      const [one, other] = view.sentences;
      const [a, b] = [one?.states, other?.states];
      if (!a || !b || a.length < 5 || b.length < 5 || view.settings.task !== 'lab') return 'Choose the lab’s task to see it.';
      return `They are ${format(distance(a[3]!, b[3]!))} apart: the state holds the words read so far and nothing of what comes. `
        + `One word later they are ${format(distance(a[4]!, b[4]!))} apart. After “The movie is” the network would say `
        + `${view.labels[0]!} with ${percent(one!.probabilities[3]![0])}: it leans to a side before it can know.`;
    },
  },
  {
    id: 'hard',
    text: 'Why are RNNs hard to train? Guess: is the gradient at the first word larger or smaller than at the last one?',
    options: ['Larger', 'Smaller', 'The same'],
    reveal: ({ chosen, view }) => {
      const norms = chosen.gradient ?? [];
      const factor = factorOfStep(norms);
      if (factor === null) return 'Show a sentence of two words or more whose words are all known.';
      const kind = factor < 1 ? 'smaller' : 'larger';
      const radius = Math.max(0, ...view.eigenvalues.map(([x, y]) => Math.hypot(x ?? 0, y ?? 0)));
      return `It is ${kind}: ${format(norms[0] ?? null)} at the first word and ${format(norms.at(-1) ?? null)} at the last. `
        + `Each step back multiplies it by about ${format(factor)}: by W, whose largest eigenvalue has the size `
        + `${format(radius)}, and by the slope of the activation. Over many words that is nearly nothing, or beyond all `
        + 'bounds. Read the sentence 8 times and drag an eigenvalue past 1.';
    },
  },
];

/** Predict first, then look. */
export function questions(): { element: HTMLElement; part: Part } {
  let shown: Shown | null = null;
  const whole = card('questions', 'Two questions', 'Make a guess first; then see what the network on this page says.',
    ...QUESTIONS.map((question) => {
      const answer = element('p', { class: 'revealed', id: `answer-${question.id}`, role: 'status' });
      const reveal = element('button', {
        type: 'button', id: `reveal-${question.id}`, disabled: true, click: () => {
          if (shown) answer.textContent = question.reveal(shown);
        },
      }, 'Reveal');
      return element('fieldset', {}, element('legend', {}, question.text),
        ...question.options.map((option, i) => element('label', { class: 'option' }, element('input', {
          type: 'radio', name: question.id, value: i, change: () => {
            reveal.disabled = false;
          },
        }), ` ${option}`)),
        reveal, answer);
    }));
  return { element: whole, part: { update: (now) => { shown = now; } } };
}
