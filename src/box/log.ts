/** Where this client tells what it does. Lines hold no line breaks and no secrets. */
export interface Log {
  /** For everybody: why something takes longer. */
  info(line: string): void;
  /** For whoever looks for a fault: each request with its outcome and duration. */
  debug(line: string): void;
}
