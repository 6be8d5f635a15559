/** Watching a video being made, and then watching the video. */

import { hasEnded } from "../../api/events";
import { strings } from "../../state/preferences";
import { route } from "../../state/route";
import { Actions } from "./actions";
import { Details } from "./details";
import { TaskView, useTask } from "./task_view";

export function WatchScreen() {
  const following = useTask(route.value.rest[0] ?? "");
  const { task, watched, isGone } = following;
  if (isGone || !task || !watched) return <TaskView following={following} />;
  return (
    <div class="watch-grid">
      <section class="work">
        <h1 class="title">{task.prompt || strings.value.operations[task.operation]}</h1>
        <TaskView following={following} />
        {hasEnded(watched.state) && <Actions task={task} />}
      </section>
      <Details task={task} />
    </div>
  );
}
