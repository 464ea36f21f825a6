/**
 * A transaction in which its process says nothing for so long is ended by the server, and what it had locked is free: the
 * process hangs or is cut off. Longer than an event loop that is merely busy, and no longer than the queue believes in a
 * process that says nothing (`QUEUE__LOCK_SEC`), so that whoever takes its runs over finds no lock of its.
 */
export const IDLE_TRANSACTION_SEC = 5;
