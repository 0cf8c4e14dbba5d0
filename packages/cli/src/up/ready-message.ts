/**
 * What `up` tells the process that started it with an IPC channel (the demo, a test): that it serves, and how to get in.
 *
 * A parent that hears this need not read the banner, and nothing of it is sent when there is no channel.
 */

export interface ReadyMessage {
  readonly kind: 'ready';
  readonly address: string;
  /** The one-time sign-in of a first start; null on later ones. */
  readonly signInCode: string | null;
  /** Public keys of the roots, to pin. */
  readonly roots: readonly string[];
}

export function tellParent(message: ReadyMessage): void {
  process.send?.(message);
}

export function isReadyMessage(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && (message as { kind?: unknown }).kind === 'ready';
}
