package main

import "testing"

func TestAQuantileIsAtMostTwoPercentOff(t *testing.T) {
	var h Histogram
	for value := int64(1); value <= 100000; value++ {
		h.record(value * 1000)
	}
	for quantile, want := range map[float64]float64{0.5: 50000, 0.99: 99000, 0.999: 99900} {
		if got := h.quantile(quantile); got < want || got > want*1.02 {
			t.Errorf("%v: %v, want %v", quantile, got, want)
		}
	}
}

func TestAnAnswerIsReadToItsEnd(t *testing.T) {
	whole := "HTTP/1.1 200 OK\r\nAuthorization: Bearer x\r\ncontent-length: 2\r\n\r\nok"
	for cut := range len(whole) {
		if answer := readAnswer([]byte(whole[:cut]), ""); answer.broken && cut >= 12 || answer.length != 0 {
			t.Fatalf("cut at %d: %+v", cut, answer)
		}
	}
	answer := readAnswer([]byte(whole), "authorization")
	if answer != (Answer{status: 200, length: len(whole), header: true}) {
		t.Fatalf("%+v", answer)
	}
}

func TestWhatIsNotUnderstoodIsBroken(t *testing.T) {
	for _, text := range []string{
		"HTTP/1.1 200 OK\r\n\r\n",                                    // no length
		"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",      // another kind of body
		"HTTP/1.1 200 OK\r\ncontent-length: 1x\r\n\r\n",              // no number
		"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",               // another version
		"HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n",         // not the answer yet
		"nonsense that goes on for a while and then it ends\r\n\r\n", // nothing at all
	} {
		if answer := readAnswer([]byte(text), ""); !answer.broken {
			t.Errorf("%q: %+v", text, answer)
		}
	}
}

func TestAHeaderWithoutAValueIsMissing(t *testing.T) {
	text := "HTTP/1.1 200 OK\r\nauthorization: \r\ncontent-length: 0\r\n\r\n"
	if answer := readAnswer([]byte(text), "authorization"); answer.header {
		t.Fatalf("%+v", answer)
	}
}

func TestEachSendingHasAnotherNumber(t *testing.T) {
	requests := &Requests{}
	requests.add([]byte("a " + placeholder + " b " + placeholder))
	first := string(requests.take())
	if second := string(requests.take()); first == second || len(first) != len(second) {
		t.Fatalf("%q, %q", first, second)
	}
	if first != "a 0000000000000001 b 0000000000000001" {
		t.Fatalf("%q", first)
	}
}
