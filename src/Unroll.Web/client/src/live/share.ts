import { element } from '../page/element';
import { button, card, say } from './card';
import type { Lab, Part } from './lab';
import { encode } from './link';

const PATIENCE = 250;

/** The link that restores everything, and the command that trains the same. */
export function share(lab: Lab): { element: HTMLElement; part: Part } {
  const command = element('code', { id: 'command' });
  const note = element('p', { class: 'note', id: 'command-note' });
  const link = button('copy-link', 'Copy link', () => copy(location.href, link, 'Copy link'));
  const copyCommand = button('copy-command', 'Copy as command', () => copy(command.textContent, copyCommand, 'Copy as command'));
  const whole = card('share', 'Take it with you',
    'The address of this page holds the whole state, to the bit: settings and everything '
    + 'you did.', element('div', { class: 'row' }, link, copyCommand), element('pre', { tabindex: 0 }, command), note);
  let timer = 0;
  return {
    element: whole,
    part: {
      update: ({ view }) => {
        say(command, view.command);
        say(note, view.commandNote ?? 'It gives the same numbers, to the bit.');
        // Browsers allow only so many changes of the address.
        clearTimeout(timer);
        timer = setTimeout(() => history.replaceState(null, '', `#${encode(lab.state())}`), PATIENCE);
      },
    },
  };
}

function copy(text: string, source: HTMLElement, name: string): void {
  const done = (said: string) => (): void => {
    source.textContent = said;
    setTimeout(() => { source.textContent = name; }, 2000);
  };
  if ('clipboard' in navigator) navigator.clipboard.writeText(text).then(done('Copied'), done('Not copied'));
  else done('Not copied')();
}
