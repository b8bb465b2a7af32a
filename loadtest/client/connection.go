package main

import "syscall"

// One connection: one request at a time, its answer read to the end.

// Connection is closed (socket < 0), or open with or without a request under way.
type Connection struct {
	id     int32
	poll   int
	load   *Load
	socket int
	busy   bool   // a request waits for its answer
	judged bool   // the answer has come; a fresh connection then waits for the server to close
	due    int64  // when the request was meant to be sent
	rest   []byte // of the request, not yet written
	buffer [16384]byte
	filled int
}

// connect opens it. What is written before it is established goes out with the first event.
func (c *Connection) connect() {
	socket, err := open(c.poll, c.load.plan.Port, c.id)
	if err != nil {
		c.load.wrong("cannot connect: " + err.Error())
	}
	c.socket, c.filled = socket, 0
}

// send starts a request that was due at this moment.
func (c *Connection) send(request []byte, due int64) {
	c.busy, c.judged, c.due, c.rest = true, false, due, request
	if c.socket < 0 {
		c.connect()
		if c.socket < 0 {
			c.done()
		}
		return
	}
	c.flush()
}

// flush writes what the socket takes.
func (c *Connection) flush() {
	for len(c.rest) > 0 {
		count, failure := write(c.socket, c.rest)
		if failure == syscall.EAGAIN {
			// The same request may be taken again, with another number in it, before this one has gone out.
			c.rest = append([]byte(nil), c.rest...)
			return
		}
		if failure != 0 {
			c.lost("while sending")
			return
		}
		c.rest = c.rest[count:]
	}
}

// ready is called for each event.
func (c *Connection) ready(events uint32) {
	if c.socket < 0 {
		return
	}
	if c.busy && len(c.rest) > 0 && events&syscall.EPOLLOUT != 0 {
		c.flush()
	}
	if events&^uint32(syscall.EPOLLOUT) != 0 && c.socket >= 0 {
		c.receive()
	}
}

// receive reads until there is no more: events are told once, at their edge.
func (c *Connection) receive() {
	for c.socket >= 0 {
		count, failure := read(c.socket, c.buffer[c.filled:])
		if failure == syscall.EAGAIN || failure == syscall.EINTR {
			return
		}
		if failure != 0 || count == 0 {
			c.closed()
			return
		}
		c.filled += count
		c.understand()
		if !c.busy && !c.load.plan.Reopens {
			return // the next bytes are the next answer's, and have an edge of their own
		}
	}
}

// understand judges a complete answer.
func (c *Connection) understand() {
	if !c.busy || c.judged {
		c.lost("bytes that nobody asked for")
		return
	}
	answer := readAnswer(c.buffer[:c.filled], c.load.plan.Header)
	switch {
	case answer.broken, answer.length == 0 && c.filled == len(c.buffer):
		c.lost("an answer that is not one")
	case answer.length == 0:
		return
	case answer.length < c.filled:
		c.lost("more than one answer")
	default:
		c.filled, c.judged = 0, true
		c.load.judge(answer, clock()-c.due)
		if !c.load.plan.Fresh {
			c.done()
		}
	}
}

// closed is called when the server has closed.
func (c *Connection) closed() {
	switch {
	case c.busy && c.judged: // fresh: exactly as asked
		c.drop()
		c.done()
	case c.busy && c.load.plan.Reopens && c.filled == 0: // it closed after the last answer, as it may
		c.drop()
		c.done()
	case c.busy:
		c.lost("closed without an answer")
	case c.load.plan.Reopens || c.load.stopping:
		c.drop()
	default:
		c.lost("closed although it was to be kept")
	}
}

// lost accounts for a connection that ended in a way it should not.
func (c *Connection) lost(how string) {
	c.load.wrong(how)
	c.drop()
	if c.busy {
		c.done()
	}
}

func (c *Connection) drop() {
	_ = syscall.Close(c.socket)
	c.socket, c.filled = -1, 0
}

func (c *Connection) done() {
	c.busy, c.rest = false, nil
	c.load.finish(c)
}
