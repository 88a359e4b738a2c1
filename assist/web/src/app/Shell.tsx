// The frame around the four pages: where one is, the state one is in, one's own menu, and whether the line is up.

import { type MouseEvent, Suspense, lazy, useEffect } from "react";
import { Desk } from "../desk/Desk";
import { Offers } from "../desk/Offers";
import { StateSwitch } from "../desk/StateSwitch";
import { Button } from "../parts/Button";
import { Icon } from "../parts/Icon";
import type { Role } from "../types";
import { useWords } from "../words/words";
import { Guarded } from "./Guarded";
import { MyMenu } from "./MyMenu";
import { type Place, go, hrefOf, useRoute } from "./route";
import { useDesk, useSession } from "./session";
import { ShortcutsDialog } from "./ShortcutsDialog";

const Wall = lazy(() => import("../wall/Wall"));
const Calls = lazy(() => import("../calls/Calls"));
const People = lazy(() => import("../people/People"));

/** `others` may open it by its address, for what is their own there. */
const PLACES: { place: Place; roles: Role[]; others?: Role[] }[] = [
  { place: "desk", roles: ["agent", "supervisor", "admin"] },
  { place: "wall", roles: ["supervisor", "admin"] },
  { place: "calls", roles: ["supervisor", "reviewer", "admin"], others: ["agent"] },
  { place: "people", roles: ["admin"] },
];

export function Shell() {
  const words = useWords();
  const { me, config } = useSession();
  const line = useDesk((state) => state.line);
  const isKnown = useDesk((state) => state.isKnown);
  const route = useRoute();
  const mine = PLACES.filter(({ roles }) => roles.includes(me.role)).map(({ place }) => place);
  // who does not take calls starts at the first page that is theirs
  const place = route.place === "desk" && !mine.includes("desk") ? (mine[0] ?? "desk") : route.place;
  const mayOpen = PLACES.some((one) => one.place === place && [...one.roles, ...(one.others ?? [])].includes(me.role));
  const company = config.company || words.title;
  const takesCalls = mine.includes("desk");

  useEffect(() => {
    document.title = `${words.places[place]} · ${company}`;
  }, [words, place, company]);

  return (
    <div className="shell">
      <a className="button main skip" href="#main">
        {words.places.skip}
      </a>
      <header className="topbar">
        <div className="brand">
          <Icon name="headset" size={20} />
          <span>{company}</span>
        </div>
        <nav className="places" aria-label={words.places.label}>
          {mine.map((one) => (
            <PlaceLink key={one} place={one} isHere={one === place} title={words.places[one]} />
          ))}
        </nav>
        <div className="topbar-end">
          {takesCalls && <StateSwitch />}
          <MyMenu />
        </div>
      </header>
      <div role="status" className="line-state">
        {line !== "open" && isKnown && (
          <p className="line-lost">
            <Icon name="alert" />
            {line === "replaced" ? words.line.replaced : words.line.lost}
            {line === "replaced" && (
              <Button size="small" onClick={() => location.reload()}>
                {words.common.reload}
              </Button>
            )}
          </p>
        )}
      </div>
      {takesCalls && <Offers />}
      <ShortcutsDialog />
      <main id="main" className="place" tabIndex={-1}>
        <Guarded key={place}>
          <Suspense fallback={<p className="waiting-page">{words.common.loading}</p>}>
            {!mayOpen ? <p className="waiting-page">{words.common.noRight}</p> : <PageOf place={place} />}
          </Suspense>
        </Guarded>
      </main>
    </div>
  );
}

function PageOf({ place }: { place: Place }) {
  const { rest } = useRoute();
  switch (place) {
    case "wall":
      return <Wall />;
    case "calls":
      return <Calls callId={rest} />;
    case "people":
      return <People />;
    case "desk":
      return <Desk />;
  }
}

function PlaceLink({ place, isHere, title }: { place: Place; isHere: boolean; title: string }) {
  function press(event: MouseEvent) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(hrefOf(place));
  }
  return (
    <a href={hrefOf(place)} aria-current={isHere ? "page" : undefined} onClick={press}>
      {title}
    </a>
  );
}
