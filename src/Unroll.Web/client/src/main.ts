import './style.css';
import { publish } from './charts/register';
import type { PageData } from './data';
import { experimentPage } from './experiment/experimentPage';
import { gradientsTab } from './gradients/gradientsTab';
import { element } from './page/element';
import { tabs } from './page/tabs';
import { themeButton } from './page/theme';
import { searchPage } from './search/searchPage';
import { named } from './sentence/named';
import { sentenceTab } from './sentence/sentenceTab';
import { trainingTab } from './training/trainingTab';

const data = JSON.parse(document.getElementById('unroll-data')!.textContent) as PageData;
publish(data);
document.title = data.title;

// What the page is about comes first.
function parts(): HTMLElement[] {
  if (data.experiment) return [element('main', {}, ...experimentPage(data.experiment))];
  if (data.search) return [element('main', {}, ...searchPage(data.search))];
  const sentences = named(data.sentences, data.runs[0]?.label_names);
  const training = { id: 'training', title: 'Training', content: () => trainingTab(data.runs, sentences) };
  const gradients = { id: 'gradients', title: 'Gradients', content: () => gradientsTab(data.runs) };
  const sentence = { id: 'sentence', title: 'Sentence', content: () => sentenceTab(sentences) };
  // A tab that has nothing to show is not there.
  const shown = [
    ...(data.runs.length > 0 ? [training] : []),
    ...(data.runs.some((run) => run.gradients?.length) ? [gradients] : []),
    ...(data.sentences.length > 0 || data.runs.length === 0 ? [sentence] : []),
  ];
  const { list, panels } = tabs(shown);
  return [...(shown.length > 1 ? [list] : []), element('main', {}, ...panels)];
}

document.body.append(
  element('header', {},
    element('div', {}, element('p', { class: 'mark' }, 'Unroll'), element('h1', { dir: 'auto' }, data.title)), themeButton()),
  ...parts());
