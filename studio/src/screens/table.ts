/** The screens, one a line: where each is, what it is called, and who may see it. */

import type { FunctionComponent, JSX } from "preact";
import type { Identity } from "../api/types";
import * as Icon from "../icons";
import type { Strings } from "../i18n/en";
import { CompareScreen } from "./compare/compare_screen";
import { CreateScreen } from "./create/create_screen";
import { GalleryScreen } from "./gallery/gallery_screen";
import { lazy } from "../components/lazy";
import { WatchScreen } from "./watch/watch_screen";

interface Screen {
  path: string;
  title: (strings: Strings) => string;
  icon: () => JSX.Element;
  /** Whether the navigation leads to it. */
  isListed: boolean;
  /** Whether it is shown to whoever this is; null for nobody, without a key. */
  isAllowed: (identity: Identity | null) => boolean;
  component: FunctionComponent;
}

const may = (scope: string) => (identity: Identity | null) => identity?.scopes.includes(scope) ?? false;

/** Few need it: it is loaded when it is opened. */
const OperateScreen = lazy(async () => (await import("./operate/operate_screen")).OperateScreen);
const DocsScreen = lazy(async () => (await import("./docs/docs_screen")).DocsScreen);

export const SCREENS: Screen[] = [
  { path: "create", title: (text) => text.nav.create, icon: Icon.Create, isListed: true, isAllowed: may("submit"), component: CreateScreen },
  { path: "gallery", title: (text) => text.nav.gallery, icon: Icon.Gallery, isListed: true, isAllowed: may("read"), component: GalleryScreen },
  { path: "watch", title: (text) => text.watch.video, icon: Icon.Play, isListed: false, isAllowed: may("read"), component: WatchScreen },
  { path: "compare", title: (text) => text.compare.title, icon: Icon.Compare, isListed: false, isAllowed: may("read"), component: CompareScreen },
  { path: "operate", title: (text) => text.nav.operate, icon: Icon.Operate, isListed: true, isAllowed: (identity) => identity?.operator ?? false, component: OperateScreen },
  { path: "docs", title: (text) => text.nav.docs, icon: Icon.Book, isListed: true, isAllowed: () => true, component: DocsScreen },
];
