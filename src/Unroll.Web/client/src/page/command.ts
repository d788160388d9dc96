import { element } from './element';
import { card } from './section';

/** A command to copy. */
export function commandCard(title: string, note: string, command: string): HTMLElement {
  const code = element('code', {}, command);
  const copy = element('button', {
    type: 'button',
    class: 'quiet',
    click: () => {
      getSelection()?.selectAllChildren(code);
      const say = (done: string) => (): void => void (copy.textContent = done);
      // Pages that were not loaded over HTTPS may have no clipboard.
      if ('clipboard' in navigator) navigator.clipboard.writeText(command).then(say('Copied'), say('Selected'));
      else say('Selected')();
    },
  }, 'Copy');
  return card(title, element('p', { class: 'note' }, note),
    element('pre', { id: 'command', tabindex: 0 }, code), copy);
}
