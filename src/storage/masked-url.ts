const USERINFO = /^([a-z][a-z\d+.-]*:\/\/)([^/?#\s]*)@/i;

/** A database URL without what may be secret in it: the password, and all parameters. */
export function maskedUrl(url: string): string {
  if (url.startsWith('sqlite:')) return url;
  return url.replace(/\?.*$/s, '').replace(USERINFO, (_all, scheme: string, userinfo: string) => {
    const [user = ''] = userinfo.split(':');
    return userinfo.includes(':') ? `${scheme}${user}:***@` : `${scheme}${user}@`;
  });
}

/** True if a URL holds a password. */
export function hasPassword(url: string): boolean {
  return passwordsIn(url).length > 0;
}

/** The password of a URL, as it is written and as it is meant, and whatever stands in its parameters. */
export function passwordsIn(url: string): string[] {
  if (url.startsWith('sqlite:') || !URL.canParse(url)) return [];
  const { password, searchParams } = new URL(url);
  const written = password === '' ? [] : [password, decoded(password)];
  return [...written, ...[...searchParams].flatMap(([name, value]) => (/pass|secret|key/i.test(name) ? [value] : []))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
