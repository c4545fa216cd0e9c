/**
 * The pane beside the shop that shows what goes on behind it. Only its button and its place are the shop's; what is
 * in it is loaded when it is opened, so that the shop's own script stays small.
 */
import { h, setText } from '../dom';
import { memory } from '../memory';

/** On screens that have room for both it is open unless somebody has closed it. */
const ROOMY = '(min-width: 1280px)';

type WorkshopModule = { mountWorkshop: (host: HTMLElement) => void };

const modules = import.meta.glob<WorkshopModule>('../timeline/index.ts');

export type Workshop = { button: HTMLElement; host: HTMLElement; label: (text: string) => void };

export function createWorkshop(): Workshop {
  const load = Object.values(modules)[0];
  const host = h('aside', {
    class: 'workshop',
    id: 'workshop',
    tabindex: '-1',
  });
  const button = h('button', {
    type: 'button',
    class: 'button small',
    'data-testid': 'open-workshop',
    'aria-controls': 'workshop',
    hidden: load === undefined,
  });
  let isOpen = false;
  let isMounted = false;

  const mount = () => {
    if (isMounted || !load) return;
    isMounted = true;
    void load().then(
      ({ mountWorkshop }) => mountWorkshop(host),
      () => {
        isMounted = false;
      },
    );
  };
  const show = (open: boolean) => {
    isOpen = open;
    host.hidden = !isOpen;
    document.documentElement.toggleAttribute('data-workshop', isOpen);
    button.setAttribute('aria-expanded', String(isOpen));
  };
  button.addEventListener('click', () => {
    show(!isOpen);
    memory.setWorkshop(isOpen);
    if (isOpen) mount();
  });

  show(load !== undefined && (memory.workshop() ?? matchMedia(ROOMY).matches));
  // A try that has broken something ends in time, also behind a closed pane.
  if (isOpen || memory.isTrying()) whenIdle(mount);
  return {
    button,
    host,
    label: (text) => {
      setText(button, text);
      host.setAttribute('aria-label', text);
    },
  };
}

/** The shop comes first. Safari has no idle callback. */
function whenIdle(act: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(act, { timeout: 2_000 });
  else setTimeout(act, 200);
}
