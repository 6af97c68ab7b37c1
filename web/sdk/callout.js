/**
 * The JavaScript SDK of Callout, for browsers and Node.js: it keeps a program connected to a server, hands it every event of its
 * user's inbox in order, and sends its commands so that each takes effect once.
 *
 * Socket is the inbox as a stream and the commands as calls. SocketBloc is the same as a component with events in and states out, with
 * the members of the original system's.
 */
/** @typedef {import('./types.js').Command} Command */
/** @typedef {import('./types.js').Config} Config */
/** @typedef {import('./types.js').Cursor} Cursor */
/** @typedef {import('./types.js').CursorStore} CursorStore */
/** @typedef {import('./types.js').Happened} Happened */
/** @typedef {import('./types.js').Order} Order */
/** @typedef {import('./types.js').OrderStatus} OrderStatus */
/** @typedef {import('./types.js').Receipt} Receipt */
/** @typedef {import('./types.js').Received} Received */
/** @typedef {import('./types.js').Role} Role */
/** @typedef {import('./types.js').Service} Service */

export {
  SocketBloc, SocketEvent, SocketConnectEvent, SocketDisconnectEvent, SocketReceiveDataEvent, SocketSendDataEvent,
  SocketState, SocketConnectState, SocketDisconnectState, SocketReceiveDataState, SocketDataSentState, SocketNullState,
} from './bloc.js';
export { MemoryCursor, StorageCursor } from './cursor.js';
export { BusyError, CalloutError, CloseCode, CloseError, ClosedError, ProtocolFault, ResetError, UndecidedError } from './errors.js';
export { newId } from './ids.js';
export { LostError } from './link.js';
export { moves } from './moves.js';
export { Socket } from './socket.js';
export { Status, ends, nameOf } from './statuses.js';
