import type { Phrase } from "../call/state";
import { Badge, type Tone } from "../parts/Badge";
import { Card } from "../parts/Card";
import { Icon, type IconName } from "../parts/Icon";
import { useWords } from "../words/words";

const LOOKS: Record<Phrase["kind"], { icon: IconName; tone: Tone | undefined }> = {
  forbidden: { icon: "close", tone: "bad" },
  missing: { icon: "alert", tone: "warn" },
  required: { icon: "clock", tone: "accent" },
  said: { icon: "check", tone: "good" },
};

/** What has to be told in this call, what was, and what must not be. */
export function Phrases({ phrases }: { phrases: Phrase[] }) {
  const words = useWords();
  if (phrases.length === 0) return null;
  return (
    <Card title={words.desk.help.phrases} icon="list">
      <ul className="phrases">
        {phrases.map((phrase) => {
          const look = LOOKS[phrase.kind] ?? LOOKS.required;
          return (
            <li key={`${phrase.rule}:${phrase.kind}`} className={phrase.kind}>
              <Icon name={look.icon} />
              <span className="grows">{phrase.text}</span>
              <Badge tone={look.tone}>{words.desk.help.phraseKinds[phrase.kind] ?? phrase.kind}</Badge>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
