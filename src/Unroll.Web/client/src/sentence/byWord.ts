import { axis, frame, legend, look } from '../charts/axes';
import { chartCard } from '../charts/chart';
import type { Sentence } from '../data';
import { numbered, wordAxis } from './wordAxis';

/** How strongly the predicted logit depends on each position. */
export function gradientChart(sentence: Sentence): HTMLElement {
  const lines = [
    { name: 'hidden state', values: sentence.gradient.hidden },
    { name: 'word vector', values: sentence.gradient.embedding },
  ];
  return chartCard({
    id: 'sentence-gradient',
    title: 'Gradient of the predicted logit by position',
    note: 'Low on the left would mean that early words hardly move the prediction.',
    option: (colours, width) => ({
      ...frame(colours, 'norm of the gradient (log scale)', 30),
      legend: legend(colours, lines.map((line) => line.name)),
      xAxis: wordAxis(colours, sentence.tokens, width),
      yAxis: axis(colours, '', 'log'),
      series: lines.map((line, i) => ({
        ...look(i, sentence.tokens.length), name: line.name, data: line.values.map((value) => (value > 0 ? value : null)),
      })),
    }),
    table: () => ({
      caption: 'Gradient of the predicted logit by position',
      columns: ['word', ...lines.map((line) => line.name)],
      rows: numbered(sentence.tokens).map((word, t) => [word, ...lines.map((line) => line.values[t])]),
    }),
  }).element;
}

/** How much of each hidden state goes into the prediction; null where the model has no attention. */
export function attentionChart(sentence: Sentence): HTMLElement | null {
  const weights = sentence.attention;
  if (!weights) return null;
  return chartCard({
    id: 'attention',
    title: 'Attention weights',
    option: (colours, width) => ({
      ...frame(colours, 'weight, all together 1'),
      xAxis: wordAxis(colours, sentence.tokens, width),
      yAxis: axis(colours, '', 'value', { min: 0 }),
      series: [{ type: 'bar', name: 'weight', barMaxWidth: 40, data: weights }],
    }),
    table: () => ({
      caption: 'Attention weights',
      columns: ['word', 'weight'],
      rows: numbered(sentence.tokens).map((word, t) => [word, weights[t]]),
    }),
  }).element;
}
