import { hostname } from 'node:os';

/** `<pid> on <host>`, of `<host>:<pid>:<random>`. */
export function leaseOwnerText(owner: string): string {
  const { host, pid } = parseOwner(owner);
  return `${pid} on ${host}`;
}

/** True if the owner was a process of this host that is gone; a process with our own id can only be an earlier one. */
export function isDeadOwner(owner: string): boolean {
  const { host, pid } = parseOwner(owner);
  if (host !== hostname()) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH';
  }
}

function parseOwner(owner: string): { readonly host: string; readonly pid: number } {
  const [random = '', pid = '', ...host] = owner.split(':').reverse();
  return random === '' ? { host: owner, pid: 0 } : { host: host.reverse().join(':'), pid: Number(pid) };
}
