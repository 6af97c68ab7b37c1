package main

import (
	"fmt"
	"runtime/debug"
)

type versionCommand struct{}

// Run says which version this is.
func (versionCommand) Run() error {
	fmt.Println("callout", version())
	return nil
}

// version is the module's version as it was built, with the commit where Go knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	commit := ""
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			commit = " (" + s.Value[:12] + ")"
		}
	}
	return info.Main.Version + commit + " " + info.GoVersion
}
