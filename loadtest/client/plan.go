package main

// What is to be sent? The runner says it in one line of JSON on standard input.

// Plan is one measurement: a warm-up that is not counted, a pause, and a window that is.
type Plan struct {
	WarmSeconds float64    `json:"warm_seconds"`
	Seconds     float64    `json:"seconds"`
	Spin        bool       `json:"spin"` // never sleep: whoever sleeps charges its wake-ups to the server
	Loads       []LoadPlan `json:"loads"`
}

// LoadPlan is one kind of traffic. The first load of a plan ends the window when its Count is sent.
type LoadPlan struct {
	Name        string  `json:"name"`
	Port        int     `json:"port"`
	Requests    string  `json:"requests"`    // a file, see requests.go
	First       int     `json:"first"`       // where in the file to begin
	WarmCount   int     `json:"warm_count"`  // how many to send in the warm-up; 0: until the time is up
	Count       int     `json:"count"`       // how many to send in the window, from where the warm-up ended; 0: idem
	Connections int     `json:"connections"` // how many at once
	Rate        float64 `json:"rate"`        // requests per second (open loop); 0: as fast as answers come
	Fresh       bool    `json:"fresh"`       // a new connection for each request, closed by the server
	Reopens     bool    `json:"reopens"`     // the server may close a connection after an answer
	Seed        uint64  `json:"seed"`        // order of the requests; 0: as in the file
	Statuses    []int   `json:"statuses"`    // the only ones that are expected
	Header      string  `json:"header"`      // must be in each answer, with a value; empty: none
}

// Result is what one load saw in the window. Latency runs from the moment a request was meant to be sent.
type Result struct {
	Name       string         `json:"name"`
	Answered   int            `json:"answered"`
	Unexpected map[string]int `json:"unexpected"` // in words; empty where every answer was as expected
	Statuses   map[int]int    `json:"statuses"`
	Unsent     int            `json:"unsent"`  // open loop: due, but every connection was busy to the end
	Seconds    float64        `json:"seconds"` // from the first request to the last answer
	P50        float64        `json:"p50_us"`
	P99        float64        `json:"p99_us"`
	P999       float64        `json:"p999_us"`
	Max        float64        `json:"max_us"`
}
