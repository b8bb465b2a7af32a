package main

import "bytes"

// Is the answer complete, and what does it say? Just enough of HTTP/1.1 for a server that we started:
// a status line, header lines, and a body of Content-Length bytes.

// Answer is one whole answer at the start of a buffer.
type Answer struct {
	status int
	length int  // of head and body; 0: not complete yet
	header bool // whether the wanted header stands in it, with a value
	broken bool // it is not an answer that we understand
}

var endOfHead = []byte("\r\n\r\n")

// readAnswer reads the answer at the start of the buffer. wanted is a header's name, or empty.
func readAnswer(buffer []byte, wanted string) Answer {
	end := bytes.Index(buffer, endOfHead)
	if end < 0 {
		return Answer{}
	}
	if end < 12 || string(buffer[:9]) != "HTTP/1.1 " {
		return Answer{broken: true}
	}
	answer := Answer{status: number(buffer[9:12]), header: wanted == ""}
	body := -1
	lines := buffer[:end+2]
	for {
		lines = lines[bytes.IndexByte(lines, '\n')+1:]
		if len(lines) == 0 {
			break
		}
		if value, ok := field(lines, "content-length"); ok {
			body = number(value)
		} else if !answer.header {
			value, ok := field(lines, wanted)
			answer.header = ok && len(value) > 0
		}
	}
	if body < 0 || answer.status < 200 {
		return Answer{broken: true}
	}
	if len(buffer) >= end+4+body {
		answer.length = end + 4 + body
	}
	return answer
}

// field gives the value of the first of the lines where its name is this one, in lower case.
func field(lines []byte, name string) ([]byte, bool) {
	if len(lines) <= len(name) || lines[len(name)] != ':' {
		return nil, false
	}
	for i := 0; i < len(name); i++ {
		if lines[i]|0x20 != name[i] && lines[i] != name[i] {
			return nil, false
		}
	}
	return bytes.TrimSpace(lines[len(name)+1 : bytes.IndexByte(lines, '\r')]), true
}

// number reads digits; -1 for anything else.
func number(digits []byte) int {
	value := 0
	for _, digit := range digits {
		if digit < '0' || digit > '9' || value > 1<<30 {
			return -1
		}
		value = value*10 + int(digit-'0')
	}
	return value
}
