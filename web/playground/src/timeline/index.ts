/** The workshop: what goes on behind the shop, what to try, and the code that it takes. Loaded when it is opened. */
import { scene } from '../scene';
import { createSource } from './source';
import { createTimelinePane } from './view/pane';
import './workshop.css';

export function mountWorkshop(host: HTMLElement): void {
  const source = createSource();
  const timeline = createTimelinePane(source, () => scene.get().checkout);
  host.replaceChildren(timeline);
}
