import type { ReactNode } from "react";

export interface Column<Row> {
  title: string;
  cell(row: Row): ReactNode;
  isNumber?: boolean;
}

interface TableProps<Row> {
  /** What the table is of, for a screen reader. */
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf(row: Row): string;
  /** A row is pressed. Its first cell should hold a link or button too, for the keyboard. */
  onPress?(row: Row): void;
  isChosen?(row: Row): boolean;
  empty?: ReactNode;
}

export function Table<Row>({ caption, columns, rows, keyOf, onPress, isChosen, empty }: TableProps<Row>) {
  if (rows.length === 0 && empty) return <p className="empty">{empty}</p>;
  return (
    <div className="table-frame" role="group" aria-label={caption} tabIndex={0}>
      <table className="table">
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={column.isNumber ? "number" : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={keyOf(row)}
              className={onPress ? "pressable" : undefined}
              data-chosen={isChosen?.(row) || undefined}
              onClick={onPress && (() => onPress(row))}
            >
              {columns.map((column) => (
                <td key={column.title} className={column.isNumber ? "number" : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
