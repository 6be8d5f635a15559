import { render } from "preact";
import { App } from "./app";
import { applyPreferences } from "./state/preferences";
import { followCanvas } from "./state/canvas";
import { resumeSession } from "./state/session";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/create.css";
import "./styles/timeline.css";
import "./styles/watch.css";
import "./styles/gallery.css";

applyPreferences();
followCanvas();
render(<App />, document.getElementById("app")!);
void resumeSession();
