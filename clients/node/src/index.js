// Tests against Papercloud, a paper copy of a cloud's control plane. Node is all it needs.

export { JournalIncomplete, Refused, ServiceFailed } from './errors.js';
export { Papercloud, findBinary, start } from './program.js';
export { Service, attach } from './service.js';
export { World } from './world.js';
