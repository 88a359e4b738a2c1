import { Button } from "../parts/Button";
import { clockOf } from "../parts/Clock";
import { useOwnWords } from "../words/words";
import { type Player, SPEEDS, STEP_S } from "./player";
import { en, ko } from "./words";

export function Controls({ player, duration_ms }: { player: Player; duration_ms: number }) {
  const own = useOwnWords({ ko, en }).player;
  return (
    <div className="controls" role="group" aria-label={own.label}>
      <button type="button" className="button play" onClick={() => player.step(-STEP_S)}>
        <span aria-hidden="true">−5</span>
        <span className="unseen">{own.back}</span>
      </button>
      <Button
        kind="main"
        className="play"
        icon={player.isPlaying ? "pause" : "play"}
        label={player.isPlaying ? own.pause : own.play}
        onClick={player.toggle}
      />
      <button type="button" className="button play" onClick={() => player.step(STEP_S)}>
        <span aria-hidden="true">+5</span>
        <span className="unseen">{own.forth}</span>
      </button>
      <span className="controls-time">
        {clockOf(player.at_ms / 1000)} <span className="quiet">/ {clockOf(duration_ms / 1000)}</span>
      </span>
      <span className="quiet small controls-keys">{own.keys}</span>
      <label className="controls-speed">
        <span className="small">{own.speed}</span>
        <select className="input" value={player.speed} onChange={(event) => player.setSpeed(Number(event.target.value))}>
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
