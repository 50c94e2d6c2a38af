/** A session costs some kilobytes, and its use saves a round trip. */
const MAX_SESSIONS = 100;

/** The last TLS session with each receiver, so that the next connection is made by half the work. */
export const makeTlsSessions = () => {
  const sessions = new Map<string, Buffer>();
  return {
    get: (name: string): Buffer | undefined => sessions.get(name),
    set: (name: string, session: Buffer): void => {
      sessions.delete(name);
      const [oldest] = sessions.size < MAX_SESSIONS ? [] : sessions.keys();
      if (oldest !== undefined) sessions.delete(oldest);
      sessions.set(name, session);
    },
  };
};
