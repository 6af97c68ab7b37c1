package client

import "context"

// handleAll handles events until ctx ends.
func (b *Bloc) handleAll(ctx context.Context) {
	for {
		e, ok := b.takeEvent()
		if ok {
			b.handle(ctx, e)
			continue
		}
		select {
		case <-b.toHandle:
		case <-ctx.Done():
			return
		}
	}
}

// takeEvent takes the next event, if there is room for the state that it leads to.
func (b *Bloc) takeEvent() (Event, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) == 0 || len(b.states) >= maxWaiting {
		return nil, false
	}
	e := b.events[0]
	b.events = b.events[1:]
	return e, true
}

func (b *Bloc) handle(ctx context.Context, e Event) {
	switch e := e.(type) {
	case ConnectEvent:
		b.connect(ctx)
	case DisconnectEvent:
		b.disconnect()
	case SendDataEvent:
		b.send(e)
	case ReceiveDataEvent:
		b.tell(ReceiveDataState{e.Received})
	case inboxEvent:
		b.put(telling{ReceiveDataState{e.Received}, true})
	case linkEvent:
		b.linked(e)
	case sentEvent:
		b.tell(e.state)
	}
}

func (b *Bloc) connect(ctx context.Context) {
	if b.running {
		if b.connected {
			b.tell(ConnectState{})
		}
		return
	}
	b.life++
	life := b.life
	inform := b.config.informer()
	_, err := b.socket.start(ctx, func(c change) {
		inform(c)
		b.post(linkEvent{life, c})
	})
	if err != nil {
		b.tell(DisconnectState{Err: err})
		return
	}
	b.running = true
}

func (b *Bloc) disconnect() {
	if b.running {
		b.life++ // what is still to be heard of the old one is of no interest
		if err := b.socket.Close(); err != nil {
			b.config.Logger.Debug("the server did not confirm the end of a connection", "url", b.socket.URL, "err", err)
		}
	}
	b.running, b.connected = false, false
	b.tell(DisconnectState{})
}

func (b *Bloc) send(e SendDataEvent) {
	if !b.running {
		b.tell(NullState{})
		return
	}
	select {
	case b.socket.slots <- struct{}{}:
	default:
		b.tell(sent(Received{}, ErrBusy))
		return
	}
	p, err := b.socket.post(e.Command, func(r Received, err error) {
		<-b.socket.slots
		b.post(sentEvent{sent(r, err)})
	})
	if err != nil {
		<-b.socket.slots
		b.tell(sent(p.received(), err))
	}
}

// linked tells what became of the connection.
func (b *Bloc) linked(e linkEvent) {
	if e.life != b.life {
		return
	}
	switch {
	case e.ended:
		b.running = false
		b.tell(DisconnectState{Err: e.err})
	case e.connected && !b.connected:
		b.tell(ConnectState{})
	case !e.connected && b.connected:
		b.tell(DisconnectState{Err: e.err, Returning: true})
	}
	b.connected = e.connected
}

func sent(r Received, err error) DataSentState {
	if err != nil {
		return DataSentState{Message: err.Error(), Received: r, Err: err}
	}
	return DataSentState{Message: r.Message(), Received: r}
}

// subscribe takes the events of the inbox, each when the program has done with the one before, through all lives of the
// socket.
func (b *Bloc) subscribe(ctx context.Context) {
	for {
		r, ok := b.socket.next(ctx, nil)
		if !ok {
			return
		}
		b.post(inboxEvent{r})
		select {
		case <-b.finished:
		case <-ctx.Done():
			select {
			case <-b.finished:
				b.finish(ctx)
			default:
			}
			return
		}
	}
}

// finish keeps what the program has done with while the Bloc was being closed.
func (b *Bloc) finish(ctx context.Context) {
	if err := b.socket.finish(ctx); err != nil {
		b.config.Logger.Error("what the program has finished could not be kept", "url", b.socket.URL, "err", err)
	}
}

// post adds an event of the Bloc's own. There are never many: one of the inbox, one for each command that waits, and of
// what becomes of the connection the last is kept.
func (b *Bloc) post(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if last := len(b.events) - 1; last >= 0 {
		_, isLink := e.(linkEvent)
		if _, wasLink := b.events[last].(linkEvent); isLink && wasLink {
			b.events = b.events[:last]
		}
	}
	b.events = append(b.events, e)
	wake(b.toHandle)
}

func (b *Bloc) tell(s State) { b.put(telling{state: s}) }

func (b *Bloc) put(t telling) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states = append(b.states, t)
	wake(b.toTell)
}
