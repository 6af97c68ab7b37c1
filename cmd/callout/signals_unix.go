//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// endings are the signals that have a command end in order: those of somebody who asks for it, and of a terminal that is closed unless
// the command was started to outlive it (nohup).
func endings() []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}
