import type { Sentence } from '../data';
import { choice } from '../page/choice';
import { replaceContent } from '../page/disposal';
import { element } from '../page/element';
import { percent, shorten } from '../page/numbers';
import { figures, grid, missing, section } from '../page/section';
import { attributionCards } from './attribution';
import { attentionChart, gradientChart } from './byWord';
import { headsPart } from './heads';
import { pathChart } from './path';
import { prefixChart } from './prefix';
import { statesPart } from './states';

/** A sentence, word by word. */
export function sentenceTab(sentences: Sentence[]): HTMLElement[] {
  if (sentences.length === 0)
    return [missing('No sentence in this page. unroll inspect MODEL TEXT --html FILE makes a page of one.')];
  const one = element('div', {}, ...oneSentence(sentences[0]!));
  const chooser = choice('Sentence', sentences.map((sentence) => shorten(sentence.text, 60)),
    (i) => replaceContent(one, ...oneSentence(sentences[i]!)));
  return [...(chooser ? [element('div', { class: 'bar' }, chooser)] : []), one];
}

/** The layers in a few words. */
export const modelName = ({ cell, layers, directions }: Pick<Sentence['model'], 'cell' | 'layers' | 'directions'>): string =>
  cell === 'none' ? 'linear part alone'
  : `${layers > 1 ? `${layers} × ` : ''}${cell === 'transformer' ? 'Transformer' : cell.toUpperCase()}`
    + (directions > 1 ? ', both directions' : '');

function oneSentence(sentence: Sentence): HTMLElement[] {
  const { model } = sentence;
  const networks = model.networks ?? 1;
  const heads = headsPart(sentence);
  return [
    element('p', { class: 'quoted', id: 'sentence-text', dir: 'auto' }, sentence.text),
    figures([
      ['Prediction', sentence.label],
      ['Probability', percent(sentence.probability, 2)],
      ['Words', String(sentence.tokens.length)],
      ...(sentence.dropped ? [['Dropped', shorten(sentence.dropped.join(', '), 40)] as [string, string]] : []),
      ['Model', modelName(model)],
      ...(networks > 1 ? [['Networks', `${networks}, averaged`] as [string, string]] : []),
      ...(model.heads ? [['Heads', String(model.heads)] as [string, string]] : []),
      ...(networks > 0
        ? [['Hidden units', String(model.hidden)], ['Pooling', model.pooling]] as [string, string][] : []),
      ...(sentence.linear ? [['Linear part', `${percent(sentence.linear.share)} of the logits`] as [string, string]] : []),
      ...(networks > 0 ? [['Parameters', model.parameters.toLocaleString('en-US')] as [string, string]] : []),
    ]),
    section('What the words do', grid(
      element('div', { class: 'stack' },
        prefixChart(sentence), ...(networks > 0 ? [gradientChart(sentence), attentionChart(sentence)] : [])),
      element('div', { class: 'stack' }, ...attributionCards(sentence)))),
    ...(heads
      ? [section(networks > 1 ? 'What the heads of the first network read' : 'What the heads read', heads)]
      : []),
    ...(sentence.plane
      ? [section(
        networks > 1 ? 'The hidden state of the first network' : 'The hidden state',
        statesPart(sentence, pathChart(sentence, sentence.plane)))]
      : []),
  ];
}
