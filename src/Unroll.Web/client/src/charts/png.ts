import { element } from '../page/element';
import { palette } from '../page/theme';
import type { Chart } from './echarts';

const SCALE = 2;
const BAND = 36;

/** Saves a chart below its title as a PNG file with twice the screen's resolution. */
export function savePng(chart: Chart, id: string, title: string): void {
  const colours = palette();
  const drawn = chart.renderToCanvas({ pixelRatio: SCALE, backgroundColor: colours.background });
  const canvas = element('canvas', { width: drawn.width, height: drawn.height + BAND * SCALE });
  const context = canvas.getContext('2d')!;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colours.text;
  context.font = `600 ${15 * SCALE}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  context.fillText(title, 8 * SCALE, (BAND / 2) * SCALE, canvas.width - 16 * SCALE);
  context.drawImage(drawn, 0, BAND * SCALE);
  element('a', { href: canvas.toDataURL('image/png'), download: `unroll-${id}.png` }).click();
}
