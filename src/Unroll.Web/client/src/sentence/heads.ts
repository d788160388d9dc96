import { chartCard } from '../charts/chart';
import { heatMap } from '../charts/heatMap';
import type { Head, Sentence } from '../data';
import { choice } from '../page/choice';
import { replaceContent } from '../page/disposal';
import { element } from '../page/element';
import { grid } from '../page/section';
import { shorten } from '../page/numbers';
import { numbered } from './wordAxis';

/** What a Transformer's heads read, a layer at a time, the top layer first; null for other models. */
export function headsPart(sentence: Sentence): HTMLElement | null {
  const layers = headsByLayer(sentence.heads ?? []);
  if (layers.length === 0) return null;
  const maps = element('div', {}, grid(...layers[0]!.map((head) => map(sentence, head))));
  return element('div', {},
    choice('Heads of', layers.map((heads) => `layer ${heads[0]!.layer + 1}`),
      (i) => replaceContent(maps, grid(...layers[i]!.map((head) => map(sentence, head))))), maps);
}

/** The heads of each layer, the top layer first. */
export const headsByLayer = (heads: Head[]): Head[][] =>
  [...new Set(heads.map((head) => head.layer))].sort((a, b) => b - a)
    .map((layer) => heads.filter((head) => head.layer === layer));

function map(sentence: Sentence, { layer, head, weights }: Head): HTMLElement {
  const words = numbered(sentence.tokens);
  const title = `Layer ${layer + 1}, head ${head + 1}: what each word reads`;
  return chartCard({
    id: `head-${layer}-${head}`,
    title,
    height: Math.min(640, Math.max(260, 160 + 18 * words.length)),
    option: (colours, width) => heatMap({
      xName: '',
      x: sentence.tokens.map((token, t) => `${t + 1} ${shorten(token, width < 420 ? 8 : 12)}`),
      yName: 'reads',
      y: sentence.tokens.map((token, t) => `${t + 1} ${shorten(token, 9)}`),
      values: weights,
      scale: 'sequential',
      range: [0, 1],
      rotate: words.length * 70 > width,
      matrix: true,
    }, colours),
    table: () => ({
      caption: title,
      columns: ['word', ...words],
      rows: words.map((word, t) => [word, ...weights[t]!]),
    }),
  }).element;
}
