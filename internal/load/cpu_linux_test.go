package load

import (
	"os"
	"testing"
	"time"
)

func TestWhatLinuxSaysOfAProcess(t *testing.T) {
	got, err := parseStat([]byte("17 (a (b) c) S 4 17 17 0 -1 4194560 1 2 0 0 250 50 30 7 20 0 1 0 12 222 77 18446744073709551615 1 1 0\n"))
	if want := (Process{Parent: 4, Name: "a (b) c", CPU: 3 * time.Second, Waited: 370 * time.Millisecond}); err != nil || got != want {
		t.Errorf("read as %+v, %v", got, err)
	}
	for _, bad := range []string{"", "17", "17 (a", "17 (a) S 4", "17 (a) S x 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"} {
		if got, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q is read as %+v", bad, got)
		}
	}
	me, err := ReadProcess(os.Getpid())
	if err != nil || me.Parent != os.Getppid() {
		t.Errorf("this process is %+v, %v", me, err)
	}
	if rss, err := RSS(os.Getpid()); err != nil || rss < 1<<20 {
		t.Errorf("this process holds %d bytes, %v", rss, err)
	}
	if _, err := PostgresCPU(os.Getpid()); err == nil {
		t.Error("this process is taken for a PostgreSQL")
	}
}
