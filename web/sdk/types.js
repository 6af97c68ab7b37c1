/**
 * The shapes that go over the wire and through this package. They are those of docs/protocol.md.
 *
 * @typedef {'client' | 'serviceman' | 'operator'} Role
 *
 * @typedef {object} Service
 * @property {string} service
 * @property {number} quantity
 * @property {number} unitPrice in the currency's minor unit
 *
 * @typedef {object} Change an extension that the serviceman has asked for and the client has not yet answered
 * @property {number} id the version of its ORDER_CHANGED event
 * @property {Service[]} services as they would be
 * @property {number} total as it would be
 * @property {string} [reason]
 * @property {string} dueAt when it is declined by itself
 *
 * @typedef {object} Place
 * @property {string} [area] what servicemen on offer may know
 * @property {string} [address]
 * @property {number} [lat]
 * @property {number} [lon]
 *
 * @typedef {object} Paid
 * @property {'cash' | 'upi' | 'card' | 'unstated'} method
 * @property {number} amount
 * @property {string} [reference]
 *
 * @typedef {object} Order an order as its reader may see it. One whose offer is closed has an id, a version and a statusCode alone
 * @property {string} id
 * @property {number} version counts the order's events: 1, 2, 3, …
 * @property {number} statusCode
 * @property {string} [clientId]
 * @property {string} [servicemanId]
 * @property {string[]} [receivers]
 * @property {Service[]} [services]
 * @property {string} [currency] ISO 4217
 * @property {number} [total] of the agreed services
 * @property {Change} [change]
 * @property {Paid} [payment]
 * @property {Place} [place]
 * @property {string} [note]
 * @property {number} [changesApproved]
 * @property {number} [changesDeclined]
 * @property {number} [paymentsRejected]
 * @property {string} [placedAt]
 * @property {string} [dueAt]
 *
 * @typedef {object} Extra what a status has beside it; other keys pass through to the parties untouched
 * @property {Service[]} [services]
 * @property {string} [currency]
 * @property {Place} [place]
 * @property {string} [note]
 * @property {number} [offerSeconds]
 * @property {number} [changeId]
 * @property {string} [method]
 * @property {number} [amount]
 * @property {string} [reference]
 * @property {string} [reason]
 *
 * @typedef {object} Command what somebody asks for: "make order orderId statusCode"
 * @property {string} [id] unique for ever among the user's commands; absent: one is made
 * @property {string} [orderId] on PLACED it may be absent
 * @property {number} statusCode
 * @property {number} [version] of the order that it is based on; absent: the one that the program was handed last
 * @property {string[]} [receivers] on PLACED: the servicemen to offer the order to
 * @property {Extra & Record<string, unknown>} [extra]
 *
 * @typedef {object} OrderStatus one status of one order, and between whom: what the original system's apps exchange
 * @property {number} orderStatusAsInt
 * @property {string} orderStatusAsString
 * @property {string} message in a sentence for people
 * @property {string} senderId empty where the reader may not know
 * @property {string} receiverId whose inbox it is from
 * @property {string} orderId
 *
 * @typedef {object} Received an event of the inbox, as its user sees it
 * @property {number} orderStatusAsInt its code
 * @property {string} orderStatusAsString its name
 * @property {string} message what happened, in a sentence for people
 * @property {string} senderId who caused it; empty where the user may not know
 * @property {string} receiverId whose inbox it is from
 * @property {string} orderId
 * @property {number} seq its number in the inbox
 * @property {number} version of the order after it
 * @property {string} at when it happened, by the server's clock
 * @property {string} commandId of the command that it was, if that was the user's own; else empty
 * @property {Order} order
 * @property {Extra & Record<string, unknown>} extra
 * @property {boolean} reset that this is no event: the server no longer has what this device knew, such as after it was
 *   restored from a backup. Forget it, take the socket's orders, and go on with what follows
 *
 * @typedef {object} Receipt what became of an event, which the user has sent, for somebody else who was told of it
 * @property {string} orderId
 * @property {number} version
 * @property {string} userId who was told
 * @property {string} [sentAt] when it was first sent to one of their devices
 * @property {string} [ackedAt] when one of their programs first had finished it
 *
 * @typedef {object} Happened an event that has happened to an order
 * @property {string} orderId
 * @property {number} version
 * @property {number} statusCode of the event
 * @property {string} at
 *
 * @typedef {object} Cursor how far a device has got in the inbox of its user
 * @property {string} userId
 * @property {string} device
 * @property {number} seq of the last event that the program has finished
 * @property {string} of that event as "<orderId>/<version>"; empty when the device has seen none
 *
 * @typedef {object} CursorStore keeps a device's cursor. One socket at a time uses it, one call at a time
 * @property {() => Cursor | null | Promise<Cursor | null>} load what was saved last, or null
 * @property {(cursor: Cursor) => void | Promise<void>} save keeps a cursor. An error ends the socket, since its program could
 *   no longer be told what it has finished
 *
 * @typedef {object} Config who connects, where to, and how. url is required, and either token or both userId and role
 * @property {string} url where the server is. http:// and https:// get the path of the protocol; ws:// and wss:// only if they
 *   have none of their own
 * @property {string} [userId] whom the program acts for. With a token it may be absent; if it is not, the server has to agree
 * @property {Role} [role] what that user is. With a token it is the token's to say
 * @property {() => string | Promise<string>} [token] a function that gives the token for a connection. It is asked again for each one, and in time
 *   before the token of a connection expires. Absent: for servers in development mode
 * @property {string} [device] names this installation of the program, or this tab, and is the same whenever it runs: two sockets
 *   of one device replace each other. Absent: the name kept in cursor, or a new one
 * @property {CursorStore} [cursor] keeps what the program has finished. Absent: in memory; then a program that starts again goes on
 *   where the server knows its device to be, or from now on if it has no device of its own
 * @property {number} [window] how many events the server may send ahead of what the program has finished. Absent: 64
 * @property {boolean} [whenDone] has the server end the socket once all orders of the user have ended and the program has finished
 *   the last event
 * @property {number} [retryMin] the shortest wait between two attempts to connect, in milliseconds. Absent: 250
 * @property {number} [retryMax] the longest; waits grow, and are jittered. Absent: 30,000
 * @property {(connected: boolean, error: Error | null) => void} [onConnection] is told when the connection is there, and when it is
 *   lost and why. After open it is also told, once, that the first attempt has failed and why: the socket goes on trying, unless open throws
 * @property {(receipt: Receipt) => void} [onReceipt] is told when somebody has acknowledged an event that the user of this socket
 *   has sent, and what came of askReceipt
 * @property {(happened: Happened[], missed: boolean) => void} [onWatch] for operators: is told of every event that happens to anybody's
 *   order, as a hint to read again; missed says that there were more
 * @property {WebSocketClass} [WebSocket] what connects. Absent: the runtime's own
 *
 * @typedef {new (url: string, protocols: string[]) => WebSocketLike} WebSocketClass
 *
 * @typedef {object} WebSocketLike what is used of a WebSocket
 * @property {number} readyState
 * @property {(data: string) => void} send
 * @property {(code?: number, reason?: string) => void} close
 * @property {() => void} [terminate]
 * @property {(type: 'open' | 'message' | 'close' | 'error', listener: (event: any) => void) => void} addEventListener
 */

export {};
