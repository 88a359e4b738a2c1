import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button } from "../parts/Button";
import { useWords } from "../words/words";

/** What breaks inside is not shown, and takes nothing else along: a call goes on under a broken card. */
export class Guarded extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error("a part of the page broke:", error, info.componentStack);
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return <Broken onAgain={() => this.setState({ isBroken: false })} />;
  }
}

function Broken({ onAgain }: { onAgain(): void }) {
  const words = useWords();
  return (
    <div className="empty" role="alert">
      <p>{words.common.broken}</p>
      <Button size="small" onClick={onAgain}>
        {words.common.again}
      </Button>
    </div>
  );
}
