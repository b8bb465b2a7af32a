// The load client: it keeps a server busy from one thread that never sleeps, checks every answer, and measures
// how long each took.
//
// It reads a plan (plan.go) as one line of JSON, warms the server up, waits until every answer is there, prints
// "ready" and waits for a line. Whoever started it reads the server's processor time in that pause, and again
// when the results have come: what was used in between was used for exactly the requests of the window.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

const patience = 10 * time.Second // for answers that are still out when the window ends

var birth = time.Now()

// clock gives nanoseconds that only grow.
func clock() int64 { return int64(time.Since(birth)) }

func main() {
	runtime.LockOSThread()
	debug.SetGCPercent(-1)
	if err := run(bufio.NewReader(os.Stdin)); err != nil {
		fmt.Fprintln(os.Stderr, "loadclient:", err)
		os.Exit(1)
	}
}

func run(input *bufio.Reader) error {
	line, err := input.ReadBytes('\n')
	if err != nil {
		return err
	}
	var plan Plan
	if err := json.Unmarshal(line, &plan); err != nil {
		return err
	}
	driver, err := newDriver(plan)
	if err != nil {
		return err
	}
	if plan.WarmSeconds > 0 {
		driver.drive(plan.WarmSeconds, false)
	}
	runtime.GC()
	fmt.Println("ready")
	if _, err := input.ReadBytes('\n'); err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(driver.drive(plan.Seconds, true)); err != nil {
		return err
	}
	_, _ = input.ReadBytes('\n') // our own processor time can be read until our input is closed
	return nil
}

// Driver turns the one loop.
type Driver struct {
	plan        Plan
	poll        int
	loads       []*Load
	connections []*Connection
}

func newDriver(plan Plan) (*Driver, error) {
	poll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	driver := &Driver{plan: plan, poll: poll}
	for _, one := range plan.Loads {
		load, err := newLoad(one)
		if err != nil {
			return nil, err
		}
		driver.loads = append(driver.loads, load)
		for range one.Connections {
			connection := &Connection{id: int32(len(driver.connections)), poll: poll, load: load, socket: -1}
			driver.connections = append(driver.connections, connection)
			load.connections = append(load.connections, connection)
		}
	}
	return driver, nil
}

// drive sends for so long, or until the first load has sent its count; then it waits for the last answers.
func (d *Driver) drive(seconds float64, counted bool) []Result {
	events := make([]syscall.EpollEvent, 256)
	now := clock()
	end := now + int64(seconds*1e9)
	for _, load := range d.loads {
		limit := load.plan.WarmCount
		if counted {
			limit = load.plan.Count
		}
		load.begin(now, limit)
	}
	for {
		for _, event := range events[:wait(d.poll, events, d.plan.Spin)] {
			d.connections[event.Fd].ready(event.Events)
		}
		now = clock()
		if now >= end || d.loads[0].stopping {
			break
		}
		for _, load := range d.loads {
			load.pump(now)
		}
	}
	return d.settle(min(now, end), events)
}

// settle waits for the answers that are out, and gives the results.
func (d *Driver) settle(end int64, events []syscall.EpollEvent) []Result {
	for _, load := range d.loads {
		load.stopping = true
	}
	for limit := clock() + int64(patience); d.outstanding() > 0 && clock() < limit; {
		for _, event := range events[:wait(d.poll, events, d.plan.Spin)] {
			d.connections[event.Fd].ready(event.Events)
		}
	}
	last := clock()
	results := make([]Result, 0, len(d.loads))
	for _, load := range d.loads {
		if load.outstanding > 0 {
			load.seen.unexpected["no answer"] += load.outstanding
		}
		results = append(results, load.result(end, last))
	}
	return results
}

func (d *Driver) outstanding() int {
	total := 0
	for _, load := range d.loads {
		total += load.outstanding
	}
	return total
}
