package main

import "math/bits"

// How long did it take? A histogram whose buckets grow with the value: never more than 1.6 % off.

const (
	precision = 6 // bits of a value that are kept
	buckets   = (64 - precision) << precision
)

// Histogram counts durations in nanoseconds.
type Histogram struct {
	counts [buckets]uint32
	total  int
	max    int64
}

func (h *Histogram) record(nanoseconds int64) {
	h.counts[bucket(uint64(max(nanoseconds, 0)))]++
	h.total++
	h.max = max(h.max, nanoseconds)
}

// quantile gives the upper bound of the bucket that holds it, in microseconds; 0 where nothing was recorded.
func (h *Histogram) quantile(q float64) float64 {
	rank := int(q*float64(h.total-1)) + 1
	seen := 0
	for index, count := range h.counts {
		seen += int(count)
		if count > 0 && seen >= rank {
			return float64(min(upper(index), h.max)) / 1e3
		}
	}
	return 0
}

func bucket(value uint64) int {
	shift := max(bits.Len64(value)-precision-1, 0)
	return shift<<precision + int(value>>shift)
}

func upper(index int) int64 {
	shift := max(index>>precision-1, 0)
	return int64(index-shift<<precision+1)<<shift - 1
}
