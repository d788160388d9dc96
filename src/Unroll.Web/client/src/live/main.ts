import '../style.css';
import './live.css';
import { element } from '../page/element';
import { onTheme, themeButton } from '../page/theme';
import { backward } from './backward';
import { controls } from './controls';
import { curve } from './curve';
import { diagram } from './diagram';
import { eigen } from './eigen';
import { startEngine } from './engine';
import { gates } from './gates';
import { Lab } from './lab';
import { decode } from './link';
import { matrices } from './matrices';
import { missions, questions } from './missions';
import { modelAddress, ownModel } from './model';
import { plane } from './plane';
import { samples } from './samples';
import { sentence } from './sentence';
import { settings } from './settings';
import { share } from './share';
import { forgetWidths } from './svg';

const engine = startEngine();
const problem = element('p', { id: 'problem', role: 'alert', hidden: true });
const lab = new Lab(engine, (message) => {
  problem.hidden = message === '';
  problem.textContent = message;
});

const top = [settings(lab), controls(lab)];
// Three columns where there is room; one below the other they stand in the same order.
const columns = [
  [plane(), curve(), sentence(lab)],
  [diagram(lab), backward(lab), eigen(lab), gates(lab)],
  [samples(lab), missions(lab), questions(), matrices(lab), share(lab)],
];
const model = ownModel(engine);
const address = modelAddress();
lab.add(...[...top, ...columns.flat()].map(({ part }) => part));

document.body.append(
  element('header', {},
    element('div', {}, element('p', { class: 'mark' }, 'Unroll'), element('h1', {}, 'The live lab')), themeButton()),
  element('main', { id: 'lab', inert: true, 'aria-busy': 'true' },
    ...(address === null ? [] : [model.element]), ...top.map((part) => part.element), problem,
    element('div', { class: 'columns' }, ...columns.map((cards) =>
      element('div', { class: 'column' }, ...cards.map((part) => part.element))))));

// What a test reads: the view and how long things took.
const live = { lab, interactive: 0 };
declare global {
  interface Window { unrollLive: typeof live }
}
window.unrollLive = live;

async function begin(): Promise<void> {
  const linked = decode(location.hash);
  const isLinked = linked !== null && await lab.start(linked);
  const said = problem.textContent;
  if (!isLinked) await lab.start({ settings: {}, journal: [] });
  if (linked !== null && !isLinked) {
    problem.hidden = false;
    problem.textContent = `The link cannot be restored: ${said}`;
  }
  const main = document.getElementById('lab')!;
  main.inert = false;
  main.removeAttribute('aria-busy');
  live.interactive = performance.now();
  if (address !== null) void model.open(address);
  onTheme(() => lab.show());
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    forgetWidths();
    lab.show();
  });
  addEventListener('hashchange', () => {
    const state = decode(location.hash);
    if (state !== null) void lab.start(state);
  });
}

void begin();
