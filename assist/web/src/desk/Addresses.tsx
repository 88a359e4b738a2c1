import { useShortcuts } from "../app/shortcuts";
import type { Address, AddressCandidate } from "../call/state";
import { Badge } from "../parts/Badge";
import { Button } from "../parts/Button";
import { Card } from "../parts/Card";
import { useToasts } from "../parts/toasts";
import { useWords } from "../words/words";

const MOST = 3;

function whole({ road, jibun, detail }: AddressCandidate): string {
  return [road || jibun, detail].filter(Boolean).join(", ");
}

export function Addresses({ address }: { address: Address | null }) {
  const words = useWords();
  const { tell } = useToasts();
  const candidates = address?.candidates.slice(0, MOST) ?? [];

  async function copy(candidate: AddressCandidate) {
    const text = candidate.postcode ? `(${candidate.postcode}) ${whole(candidate)}` : whole(candidate);
    try {
      await navigator.clipboard.writeText(text);
      tell(words.common.copied);
    } catch {
      tell(words.errors.unknown); // no clipboard where the page did not come by https
    }
  }
  useShortcuts({ "Alt+KeyC": () => candidates[0] && void copy(candidates[0]) });

  if (!address) return null;
  return (
    <Card title={words.desk.help.address} icon="map">
      <p className="small quiet">
        {words.desk.help.heard}: {address.spoken}
      </p>
      <ul className="addresses">
        {candidates.map((candidate) => (
          <li key={`${candidate.road}${candidate.jibun}${candidate.detail}`}>
            <div className="grows">
              <p className="row wraps">
                {candidate.postcode && (
                  <Badge tone="accent">
                    <span className="unseen">{words.desk.help.postcode} </span>
                    {candidate.postcode}
                  </Badge>
                )}
                <strong>{whole(candidate)}</strong>
              </p>
              <p className="small quiet">
                {[candidate.building, candidate.jibun && `${words.desk.help.jibun} ${candidate.jibun}`]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
              {candidate.missing.length > 0 && (
                <p className="small address-missing">{words.desk.help.missing([candidate.missing].flat().join(", "))}</p>
              )}
            </div>
            <Button
              size="small"
              icon="copy"
              label={`${words.desk.help.copyAddress}: ${whole(candidate)}`}
              onClick={() => void copy(candidate)}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}
