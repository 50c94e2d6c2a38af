/*
 * The parts of undici that the http channel uses, by their own names: its index also loads fetch, caches, web sockets
 * and mocks, which would be half of the bundle and a third of a cold start.
 */
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';
  export default Client;
}

declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici';
  export default buildConnector;
}

declare module 'undici/lib/core/errors.js' {
  import { errors } from 'undici';
  export default errors;
}
