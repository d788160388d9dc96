import { element } from '../page/element';
import { percent } from '../page/numbers';
import { card, labelled, say } from './card';
import type { Engine } from './engine';
import { shortened } from './lab';

interface Model {
  labels: string[];
  words: number;
  terms: number;
  parameters: number;
  /** Null for a linear part alone. */
  cell: string | null;
  several: boolean;
}

interface Prediction {
  word: string;
  unknown: boolean;
  label: string | null;
  probability: number;
  /** Of a text that may have several labels those that it has. */
  labels?: Record<string, number>;
  probabilities: Record<string, number>;
  abstains: boolean;
}

const MOST_LABELS = 8;

/** The address of the model that stands in the page; null where there is none. */
export const modelAddress = (): string | null =>
  document.querySelector<HTMLMetaElement>('meta[name="unroll-model"]')?.content ?? null;

/** A trained model: what it answers after each word that is typed. */
export function ownModel(engine: Engine): { element: HTMLElement; open: (address: string) => Promise<void> } {
  let asked = 0;
  const input = element('input', {
    id: 'model-text', type: 'text', autocomplete: 'off', spellcheck: false, disabled: true, input: () => void read(input.value),
  });
  const about = element('p', { class: 'note', id: 'about-model' }, 'The model is read …');
  const answer = element('p', { id: 'model-answer', role: 'status' });
  const words = element('ol', { class: 'words', id: 'model-words' });
  const chances = element('tbody');
  const table = element('table', { hidden: true }, element('caption', { class: 'note' }, 'After the last word'), chances);
  const whole = card('model', 'Your model',
    'Type a text: below each word stands what the model would answer if the text ended there.', about,
    labelled('Your text', input), words, answer, table);
  return { element: whole, open };

  async function open(address: string): Promise<void> {
    try {
      const response = await fetch(address);
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      const model = await ask<Model>({ do: 'open', archive: base64(new Uint8Array(await response.arrayBuffer())) });
      const network = model.cell === null
        ? 'a linear part alone'
        : `${model.cell}, ${model.parameters.toLocaleString('en')} parameters`;
      say(about, `${network}; ${model.words.toLocaleString('en')} words, ${model.labels.length} labels: `
        + `${model.labels.slice(0, 12).join(', ')}${model.labels.length > 12 ? ', …' : ''}`
        + (model.several ? '. A text may have several.' : ''));
      input.disabled = false;
    } catch (error) {
      say(about, `The model cannot be opened: ${(error as Error).message}`);
    }
  }

  async function read(text: string): Promise<void> {
    const mine = ++asked;
    try {
      const reply = await ask<{ words: Prediction[] }>({ do: 'read', text: shortened(text) });
      if (mine === asked) show(reply.words);
    } catch (error) {
      if (mine === asked) say(answer, (error as Error).message);
    }
  }

  function show(read: Prediction[]): void {
    words.replaceChildren(...read.map((prediction) => element('li', { class: prediction.unknown ? 'unknown' : '' },
      element('bdi', {}, prediction.word),
      element('span', { class: 'amount' }, `${said(prediction)} ${percent(prediction.probability, 0)}`))));
    const last = read.at(-1);
    say(answer, last === undefined ? '' : `Answer: ${said(last)}`
      + (read.some((prediction) => prediction.unknown) ? '. The model does not know the words in dotted frames.' : '.'));
    table.hidden = last === undefined;
    const best = Object.entries(last?.probabilities ?? {}).sort(([, a], [, b]) => b - a).slice(0, MOST_LABELS);
    chances.replaceChildren(...best.map(([label, p]) => element('tr', {},
      element('th', { scope: 'row' }, label), element('td', { class: 'number' }, percent(p, 1)))));
  }

  async function ask<T extends object>(request: Record<string, unknown> & { do: string }): Promise<T> {
    const reply = await engine.call(request) as unknown as T | { error: string };
    if (isFault(reply)) throw new Error(reply.error);
    return reply;
  }
}

const isFault = (reply: object): reply is { error: string } => 'error' in reply;

function said(prediction: Prediction): string {
  if (prediction.labels) return Object.keys(prediction.labels).join(', ') || 'none';
  return prediction.abstains ? 'not sure' : prediction.label ?? 'nothing to read';
}

function base64(bytes: Uint8Array): string {
  let text = '';
  const block = 0x8000;
  for (let from = 0; from < bytes.length; from += block) text += String.fromCharCode(...bytes.subarray(from, from + block));
  return btoa(text);
}
