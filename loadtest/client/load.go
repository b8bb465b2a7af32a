package main

import "fmt"

// One kind of traffic: when is its next request due, and was each answer what it should be?

// Load issues requests on its connections and keeps the account of their answers.
type Load struct {
	plan        LoadPlan
	requests    *Requests
	connections []*Connection
	free        []*Connection // open loop: first in, first out, so that each gets its turn
	began       int64
	issued      int
	limit       int // 0: none
	outstanding int
	stopping    bool
	seen        account
}

type account struct {
	answered   int
	unexpected map[string]int
	statuses   [600]int
	latency    Histogram
}

func newLoad(plan LoadPlan) (*Load, error) {
	requests, err := readRequests(plan.Requests, plan.Seed)
	if err != nil {
		return nil, err
	}
	requests.next = plan.First % len(requests.bytes)
	return &Load{plan: plan, requests: requests, seen: account{unexpected: map[string]int{}}}, nil
}

// begin starts a warm-up or a window with a clean account.
func (l *Load) begin(now int64, limit int) {
	l.seen = account{unexpected: map[string]int{}}
	l.began, l.issued, l.limit, l.stopping = now, 0, limit, false
	l.free = append(l.free[:0], l.connections...)
	l.pump(now)
}

// pump sends whatever is due on connections that are free. In a closed loop everything always is.
func (l *Load) pump(now int64) {
	for turns := len(l.free); turns > 0 && !l.stopping; turns-- { // one that fails at once is free again
		due := now
		if l.plan.Rate > 0 {
			if due = l.due(l.issued); due > now {
				return
			}
		}
		connection := l.free[0]
		l.free = l.free[1:]
		l.issued++
		l.outstanding++
		l.stopping = l.limit > 0 && l.issued >= l.limit
		connection.send(l.requests.take(), due)
	}
}

// finish takes a connection back whose request has its answer, or will never get one.
func (l *Load) finish(connection *Connection) {
	l.outstanding--
	if cap(l.free) == len(l.free) { // the front has wandered: begin the queue anew
		l.free = append(make([]*Connection, 0, 4*len(l.connections)), l.free...)
	}
	l.free = append(l.free, connection)
}

// judge accounts for one answer.
func (l *Load) judge(answer Answer, nanoseconds int64) {
	l.seen.answered++
	l.seen.latency.record(nanoseconds)
	if answer.status >= len(l.seen.statuses) {
		l.wrong("a status that does not exist")
		return
	}
	l.seen.statuses[answer.status]++
	for _, status := range l.plan.Statuses {
		if answer.status == status {
			if !answer.header {
				l.wrong("without " + l.plan.Header)
			}
			return
		}
	}
	l.wrong(fmt.Sprintf("status %d", answer.status))
}

func (l *Load) wrong(what string) { l.seen.unexpected[what]++ }

// unsent tells how many requests were due by then and had no free connection. They have waited until then at
// least, and count so: what is not sent in time must not make the latencies look better.
func (l *Load) unsent(end int64) int {
	count := 0
	for l.plan.Rate > 0 {
		due := l.due(l.issued + count)
		if due >= end {
			break
		}
		l.seen.latency.record(end - due)
		count++
	}
	return count
}

// due gives the moment at which a request of the open loop is meant to be sent.
func (l *Load) due(number int) int64 {
	return l.began + int64(float64(number)/l.plan.Rate*1e9)
}

// result tells what was seen: requests were sent until end, and the last was answered at the time of last.
func (l *Load) result(end, last int64) Result {
	statuses := map[int]int{}
	for status, count := range l.seen.statuses {
		if count > 0 {
			statuses[status] = count
		}
	}
	unsent, latency := l.unsent(end), &l.seen.latency
	return Result{
		Name: l.plan.Name, Answered: l.seen.answered, Unexpected: l.seen.unexpected, Statuses: statuses,
		Unsent: unsent, Seconds: float64(last-l.began) / 1e9,
		P50: latency.quantile(0.5), P99: latency.quantile(0.99), P999: latency.quantile(0.999),
		Max: float64(latency.max) / 1e3,
	}
}
