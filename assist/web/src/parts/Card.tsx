import { type ReactNode, useId } from "react";
import { Icon, type IconName } from "./Icon";

interface CardProps {
  title: string;
  icon?: IconName | undefined;
  /** At the end of the head: a badge, a button. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled region of a page. */
export function Card({ title, icon, aside, className, children }: CardProps) {
  const id = useId();
  return (
    <section className={className ? `card ${className}` : "card"} aria-labelledby={id}>
      <header className="card-head">
        {icon && <Icon name={icon} />}
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      <div className="card-body">{children}</div>
    </section>
  );
}
