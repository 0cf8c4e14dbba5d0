/** `ana lee@ws-7.example.com`: a user's name may hold anything, a host's no blank; the last `@` is between them. */

export interface UserAtHost {
  readonly user: string;
  readonly host: string;
}

/** Null where one of the two is missing. By position, not by pattern: a line of a million `@` costs one look. */
export function userAtHost(text: string): UserAtHost | null {
  const at = text.lastIndexOf('@');
  const [user, host] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  return user === '' || host === '' || /\s/.test(host) ? null : { user, host };
}
