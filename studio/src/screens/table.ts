/** The screens, one a line: where each is, what it is called, and who may see it. */

import type { FunctionComponent, JSX } from "preact";
import type { Identity } from "../api/types";
import * as Icon from "../icons";
import type { Strings } from "../i18n/en";
import { CompareScreen } from "./compare/compare_screen";
import { CreateScreen } from "./create/create_screen";
import { GalleryScreen } from "./gallery/gallery_screen";
import { WatchScreen } from "./watch/watch_screen";

interface Screen {
  path: string;
  title: (strings: Strings) => string;
  icon: () => JSX.Element;
  /** Whether the navigation leads to it. */
  isListed: boolean;
  isAllowed: (identity: Identity) => boolean;
  component: FunctionComponent;
}

const may = (scope: string) => (identity: Identity) => identity.scopes.includes(scope);

export const SCREENS: Screen[] = [
  { path: "create", title: (text) => text.nav.create, icon: Icon.Create, isListed: true, isAllowed: may("submit"), component: CreateScreen },
  { path: "gallery", title: (text) => text.nav.gallery, icon: Icon.Gallery, isListed: true, isAllowed: () => true, component: GalleryScreen },
  { path: "watch", title: (text) => text.watch.video, icon: Icon.Play, isListed: false, isAllowed: may("read"), component: WatchScreen },
  { path: "compare", title: (text) => text.compare.title, icon: Icon.Compare, isListed: false, isAllowed: may("read"), component: CompareScreen },
];
