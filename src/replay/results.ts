/** What every operation of a trace needs: reading its arguments, and answering as the recorder writes. */
import type { Answer } from '../uapi.ts';
import type { Session } from './session.ts';
import type { Fields } from './trace.ts';

export type Run = (session: Session, args: readonly string[]) => Fields | Promise<Fields>;

/** `rc`, and the error's name where there is one. */
export function resultOf({ rc, err }: Answer): Fields {
  return err === undefined ? { rc } : { rc, err };
}

/** The same, and these where it was not refused. */
export function resultWith<T extends Answer>(answer: T, fields: (answer: T) => Fields): Fields {
  return answer.rc < 0 ? resultOf(answer) : { ...resultOf(answer), ...fields(answer) };
}

/** Binds a name to the descriptor that was given, or to none. */
export function bindFd(session: Session, name: string, answer: Answer & { readonly fd?: number }): Fields {
  session.bind(name).fd = answer.fd ?? -1;
  return resultOf(answer);
}

/** Binds a name to the handle that was given, or to 0. */
export function bindHandle(
  session: Session,
  name: string,
  device: 0 | 1,
  answer: Answer & { readonly handle?: number },
): Fields {
  const bound = session.bind(name);
  bound.device = device;
  bound.handle = answer.handle ?? 0;
  return resultWith(answer, ({ handle = 0 }) => ({ h: handle }));
}

/** A 32-bit argument; one that is absent is 0. */
export function low32(text: string | undefined): number {
  return Number(BigInt.asUintN(32, BigInt(text ?? '0')));
}
