// What can go wrong beside a test's own assertions.

/** A service cannot be started or reached, or has not ended as it should. */
export class ServiceFailed extends Error {
  name = 'ServiceFailed';
}

/** A control call that is refused. Nothing of it was done. */
export class Refused extends Error {
  name = 'Refused';

  constructor(call, status, errorCode, reason) {
    super(`${reason} (${call} answered ${status} ${errorCode})`);
    Object.assign(this, { call, status, errorCode, reason });
  }
}

/** Requests were dropped from a journal, so nobody can tell which there were. */
export class JournalIncomplete extends Error {
  name = 'JournalIncomplete';
}
