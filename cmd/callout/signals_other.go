//go:build !unix

package main

import (
	"os"
	"syscall"
)

// endings are the signals that have a command end in order.
func endings() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }
