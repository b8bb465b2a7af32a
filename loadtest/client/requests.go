package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
)

// Which request is next? Requests are made before the measurement and read from a file: for each its length,
// four bytes with the lowest first, and its bytes. Where a request holds the placeholder, each sending of it
// gets another number there, so that no server can win by remembering whole requests.

const placeholder = "0000variable0000"

// Requests are sent in turn, and again from the beginning where they come to an end.
type Requests struct {
	bytes  [][]byte
	fields [][]int // where the placeholders of each stand
	next   int
	sent   uint64
}

func readRequests(path string, seed uint64) (*Requests, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	requests := &Requests{}
	for len(content) >= 4 {
		length := int(binary.LittleEndian.Uint32(content))
		if len(content) < 4+length {
			return nil, fmt.Errorf("%s: the last request is cut off", path)
		}
		requests.add(content[4 : 4+length])
		content = content[4+length:]
	}
	if len(requests.bytes) == 0 {
		return nil, fmt.Errorf("%s: no request", path)
	}
	if seed != 0 {
		requests.shuffle(seed)
	}
	return requests, nil
}

func (r *Requests) add(request []byte) {
	var fields []int
	for from := 0; ; {
		at := bytes.Index(request[from:], []byte(placeholder))
		if at < 0 {
			break
		}
		fields = append(fields, from+at)
		from += at + len(placeholder)
	}
	r.bytes, r.fields = append(r.bytes, request), append(r.fields, fields)
}

func (r *Requests) shuffle(seed uint64) {
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(r.bytes), func(i, j int) {
		r.bytes[i], r.bytes[j] = r.bytes[j], r.bytes[i]
		r.fields[i], r.fields[j] = r.fields[j], r.fields[i]
	})
}

// take gives the next request. Its bytes hold until the same request is taken again.
func (r *Requests) take() []byte {
	index := r.next
	if r.next++; r.next == len(r.bytes) {
		r.next = 0
	}
	request := r.bytes[index]
	r.sent++
	for _, at := range r.fields[index] {
		vary(request[at:at+len(placeholder)], r.sent)
	}
	return request
}

// vary writes the number in hexadecimal over the whole field.
func vary(field []byte, number uint64) {
	for i := len(field) - 1; i >= 0; i-- {
		field[i] = "0123456789abcdef"[number&15]
		number >>= 4
	}
}
