package session

import "time"

// allowance is how many commands a session may send: a bucket of burst tokens into which rate of them fall every second.
type allowance struct {
	rate, burst int // a rate of 0 allows everything

	spent  float64 // what is missing in the bucket
	filled time.Time
}

// spend takes a token, and reports whether there was one.
func (a *allowance) spend(now time.Time) bool {
	if a.rate <= 0 {
		return true
	}
	if since := now.Sub(a.filled); since > 0 {
		a.spent = max(0, a.spent-since.Seconds()*float64(a.rate))
		a.filled = now
	}
	if a.spent+1 > float64(max(a.burst, 1)) {
		return false
	}
	a.spent++
	return true
}
